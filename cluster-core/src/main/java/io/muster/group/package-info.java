/// Closed process groups over the one totally ordered log of the cluster.
@NullMarked
package io.muster.group;

import org.jspecify.annotations.NullMarked;
