@NullMarked
package io.muster.cluster;

import org.jspecify.annotations.NullMarked;
