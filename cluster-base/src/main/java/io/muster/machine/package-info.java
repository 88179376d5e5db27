/// The machine as a daemon sees it: what it waits on, runs, reads and writes, real or in virtual time.
@NullMarked
package io.muster.machine;

import org.jspecify.annotations.NullMarked;
