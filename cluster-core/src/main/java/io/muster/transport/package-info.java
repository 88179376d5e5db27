/// Between the ring and the sockets: authenticated and encrypted datagrams over one to eight links to each node.
@NullMarked
package io.muster.transport;

import org.jspecify.annotations.NullMarked;
