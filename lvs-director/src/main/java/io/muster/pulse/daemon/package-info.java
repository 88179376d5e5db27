/// The pulse daemon around its core: sockets, addresses, announcements, hooks, lvsd, the kernel's synchronisation.
@NullMarked
package io.muster.pulse.daemon;

import org.jspecify.annotations.NullMarked;
