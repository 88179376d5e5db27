/// cluster.conf: read into a located, ordered tree, checked as a whole, and handed out as typed, immutable
/// records.
@NullMarked
package io.muster.config;

import org.jspecify.annotations.NullMarked;
