@NullMarked
package io.muster.totem;

import org.jspecify.annotations.NullMarked;
