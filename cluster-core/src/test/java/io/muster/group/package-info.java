@NullMarked
package io.muster.group;

import org.jspecify.annotations.NullMarked;
