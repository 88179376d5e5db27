/// Bugs planted into copies of the sources, to see that somebody finds them.
@NullMarked
package io.muster.planted;

import org.jspecify.annotations.NullMarked;
