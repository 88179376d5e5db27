/// The kernel's IPVS over generic netlink and `/proc`, and its connection synchronisation on the wire.
@NullMarked
package io.muster.ipvs.daemon;

import org.jspecify.annotations.NullMarked;
