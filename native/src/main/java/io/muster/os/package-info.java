/// What the machine offers beyond the Java platform: scheduling, memory locking, clocks, running programs, links,
/// addresses and routes, whole frames, echo requests, kernel settings. Knows nothing of clusters.
@NullMarked
package io.muster.os;

import org.jspecify.annotations.NullMarked;
