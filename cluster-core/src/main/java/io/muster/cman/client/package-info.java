/// The way to cman: its control socket as daemons and commands use it.
@NullMarked
package io.muster.cman.client;

import org.jspecify.annotations.NullMarked;
