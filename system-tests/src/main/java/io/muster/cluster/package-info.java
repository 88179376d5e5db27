/// Whole clusters in a false world: `muster simulate`.
@NullMarked
package io.muster.cluster;

import org.jspecify.annotations.NullMarked;
