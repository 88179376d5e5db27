/// Reads lvs.cf from disk, with the names this machine knows.
@NullMarked
package io.muster.lvscf.daemon;

import org.jspecify.annotations.NullMarked;
