@NullMarked
package io.muster.quorum;

import org.jspecify.annotations.NullMarked;
