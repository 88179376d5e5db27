@NullMarked
package io.muster.cman.daemon;

import org.jspecify.annotations.NullMarked;
