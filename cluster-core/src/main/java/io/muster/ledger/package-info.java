/// What was started on this machine and may still run.
@NullMarked
package io.muster.ledger;

import org.jspecify.annotations.NullMarked;
