/// Real nodes on one machine: namespaces, a power controller, a client, the demo and the benchmarks.
@NullMarked
package io.muster.testbed;

import org.jspecify.annotations.NullMarked;
