/// The daemons' way to their groups: cman's control socket and what runs a replica over it.
@NullMarked
package io.muster.group.daemon;

import org.jspecify.annotations.NullMarked;
