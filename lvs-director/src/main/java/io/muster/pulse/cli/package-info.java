/// The `send_arp` command.
@NullMarked
package io.muster.pulse.cli;

import org.jspecify.annotations.NullMarked;
