/// The one model of a cluster below every daemon's tests: real cman cores on simulated machines, a false
/// network, and daemons as they ship on top.
@NullMarked
package io.muster.model;

import org.jspecify.annotations.NullMarked;
