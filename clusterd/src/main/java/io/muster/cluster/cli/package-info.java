/// The run that makes the start-up caches of all daemons and commands.
@NullMarked
package io.muster.cluster.cli;

import org.jspecify.annotations.NullMarked;
