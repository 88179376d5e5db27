/// The ledger's file.
@NullMarked
package io.muster.ledger.daemon;

import org.jspecify.annotations.NullMarked;
