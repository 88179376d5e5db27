/// Votes and quorum: pure arithmetic over members, without time or messages.
@NullMarked
package io.muster.quorum;

import org.jspecify.annotations.NullMarked;
