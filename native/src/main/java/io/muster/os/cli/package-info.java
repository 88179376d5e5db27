/// The command that ends this machine.
@NullMarked
package io.muster.os.cli;

import org.jspecify.annotations.NullMarked;
