@NullMarked
package io.muster.membership;

import org.jspecify.annotations.NullMarked;
