/// The contract every daemon keeps: deterministic cores, the events and effects around them, and who caused what.
@NullMarked
package io.muster.core;

import org.jspecify.annotations.NullMarked;
