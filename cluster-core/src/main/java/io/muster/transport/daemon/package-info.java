/// Sockets, addresses and key files around the transport: everything it needs of the machine.
@NullMarked
package io.muster.transport.daemon;

import org.jspecify.annotations.NullMarked;
