/// What cluster.conf says of a daemon's process.
@NullMarked
package io.muster.config.daemon;

import org.jspecify.annotations.NullMarked;
