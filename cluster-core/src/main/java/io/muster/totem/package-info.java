/// The totem single ring: membership by joins, total order by a token, extended virtual synchrony.
@NullMarked
package io.muster.totem;

import org.jspecify.annotations.NullMarked;
