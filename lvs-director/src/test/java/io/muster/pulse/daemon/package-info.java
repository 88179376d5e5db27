@NullMarked
package io.muster.pulse.daemon;

import org.jspecify.annotations.NullMarked;
