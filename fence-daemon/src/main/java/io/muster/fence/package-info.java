/// The fence domain: who must be made harmless, who does it, and what counts as done.
@NullMarked
package io.muster.fence;

import org.jspecify.annotations.NullMarked;
