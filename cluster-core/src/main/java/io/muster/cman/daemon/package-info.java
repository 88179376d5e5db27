/// The cman daemon: the membership core on real sockets.
@NullMarked
package io.muster.cman.daemon;

import org.jspecify.annotations.NullMarked;
