/// Local control sockets: daemons serve, commands ask, daemons follow each other's ordered streams.
@NullMarked
package io.muster.control;

import org.jspecify.annotations.NullMarked;
