/// `./muster bench`: the figures, beside the peer in the same run.
@NullMarked
package io.muster.bench;

import org.jspecify.annotations.NullMarked;
