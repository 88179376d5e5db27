/// Health of real servers: what a check's result means, and when the next is due. How checks are made is
/// in `io.muster.nanny.daemon`.
@NullMarked
package io.muster.nanny;

import org.jspecify.annotations.NullMarked;
