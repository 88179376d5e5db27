/// fenced: the driver of the fence domain, its agents and its control socket.
@NullMarked
package io.muster.fence.daemon;

import org.jspecify.annotations.NullMarked;
