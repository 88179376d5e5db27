/// A world to run cores in: virtual clock, network, disk and processes, faults from a seed, and checkers.
@NullMarked
package io.muster.simulator;

import org.jspecify.annotations.NullMarked;
