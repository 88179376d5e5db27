/// The one rule as a small world that is searched whole, and compared with the code that ships.
@NullMarked
package io.muster.model.rule;

import org.jspecify.annotations.NullMarked;
