/// Makes checks: sockets, programs, echoes.
@NullMarked
package io.muster.checks.daemon;

import org.jspecify.annotations.NullMarked;
