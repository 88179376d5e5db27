/// lvsd's decisions: the reconciler that brings the table to what lvs.cf, the checks and the operator's drains ask
/// for.
@NullMarked
package io.muster.lvs;

import org.jspecify.annotations.NullMarked;
