/// Whole clusters of shipping daemons in a false world: faults, promises, stories.
@NullMarked
package io.muster.rehearsal;

import org.jspecify.annotations.NullMarked;
