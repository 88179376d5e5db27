/// The stand-alone `nanny`.
@NullMarked
package io.muster.nanny.daemon;

import org.jspecify.annotations.NullMarked;
