/// Machines with a kernel of their own: the lab.
@NullMarked
package io.muster.bed.guest;

import org.jspecify.annotations.NullMarked;
