@NullMarked
package io.muster.pulse;

import org.jspecify.annotations.NullMarked;
