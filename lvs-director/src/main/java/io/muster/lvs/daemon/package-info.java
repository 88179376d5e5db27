/// lvsd: drives the reconciler on a table.
@NullMarked
package io.muster.lvs.daemon;

import org.jspecify.annotations.NullMarked;
