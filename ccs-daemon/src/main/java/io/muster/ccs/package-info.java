/// Agrees on one cluster.conf and hands it round: a replicated core, and queries over a document.
@NullMarked
package io.muster.ccs;

import org.jspecify.annotations.NullMarked;
