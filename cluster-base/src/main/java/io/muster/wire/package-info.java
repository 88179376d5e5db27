/// Octets in and out: the header all our messages share, a bounds-checked reader and a growing writer.
@NullMarked
package io.muster.wire;

import org.jspecify.annotations.NullMarked;
