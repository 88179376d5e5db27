/// Which of two directors is active: heartbeats, take-over, addresses that follow the role.
@NullMarked
package io.muster.pulse;

import org.jspecify.annotations.NullMarked;
