/// lvs.cf as a model: the reader, what it says of a bad file, and what follows from a good one.
@NullMarked
package io.muster.lvscf;

import org.jspecify.annotations.NullMarked;
