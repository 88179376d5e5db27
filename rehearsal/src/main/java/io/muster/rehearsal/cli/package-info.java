/// The command of the rehearsal.
@NullMarked
package io.muster.rehearsal.cli;

import org.jspecify.annotations.NullMarked;
