/// What the machine offers beyond the Java platform: scheduling, memory locking, clocks, running programs. Knows
/// nothing
/// of clusters.
@NullMarked
package io.muster.os;

import org.jspecify.annotations.NullMarked;
