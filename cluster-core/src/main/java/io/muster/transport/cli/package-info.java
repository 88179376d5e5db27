/// `muster keygen`.
@NullMarked
package io.muster.transport.cli;

import org.jspecify.annotations.NullMarked;
