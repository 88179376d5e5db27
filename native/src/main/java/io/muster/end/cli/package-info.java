/// The command that ends this machine.
@NullMarked
package io.muster.end.cli;

import org.jspecify.annotations.NullMarked;
