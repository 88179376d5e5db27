/// ccsd itself: files, sockets, and its place in the group.
@NullMarked
package io.muster.ccs.daemon;

import org.jspecify.annotations.NullMarked;
