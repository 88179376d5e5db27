/// The run whose start-up caches the commands use.
@NullMarked
package io.muster.training;

import org.jspecify.annotations.NullMarked;
