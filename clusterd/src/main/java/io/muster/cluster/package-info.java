/// What a process that hosts all daemons of a node does when one of them ends.
@NullMarked
package io.muster.cluster;

import org.jspecify.annotations.NullMarked;
