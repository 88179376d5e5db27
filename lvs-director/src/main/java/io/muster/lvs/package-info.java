/// The director's configuration and lvsd's decisions: lvs.cf as a model, and the reconciler that brings the table to
/// what the model and the checks ask for.
@NullMarked
package io.muster.lvs;

import org.jspecify.annotations.NullMarked;
