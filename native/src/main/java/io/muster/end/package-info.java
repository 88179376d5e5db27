/// Ending this machine now: who may be ended, decided from facts.
@NullMarked
package io.muster.end;

import org.jspecify.annotations.NullMarked;
