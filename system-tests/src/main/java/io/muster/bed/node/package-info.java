/// Machines in namespaces: nodes with cables, a power controller, a client, and the daemons that run on them.
@NullMarked
package io.muster.bed.node;

import org.jspecify.annotations.NullMarked;
