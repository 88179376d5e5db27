/// Names of the network as values: addresses. Nothing here asks a name server or opens a socket.
@NullMarked
package io.muster.net;

import org.jspecify.annotations.NullMarked;
