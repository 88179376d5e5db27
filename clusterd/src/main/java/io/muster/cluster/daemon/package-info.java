/// All daemons of one node in one process.
@NullMarked
package io.muster.cluster.daemon;

import org.jspecify.annotations.NullMarked;
