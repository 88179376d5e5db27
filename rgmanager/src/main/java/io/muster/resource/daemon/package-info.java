/// Calls the resource agents.
@NullMarked
package io.muster.resource.daemon;

import org.jspecify.annotations.NullMarked;
