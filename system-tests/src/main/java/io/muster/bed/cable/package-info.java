/// A cable with faults, for any kernel: what happens to each frame is decided here, from a seed.
@NullMarked
package io.muster.bed.cable;

import org.jspecify.annotations.NullMarked;
