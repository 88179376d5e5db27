/// Makes this machine a real server for direct routing, and takes that back.
@NullMarked
package io.muster.realserver.daemon;

import org.jspecify.annotations.NullMarked;
