/// Syslog's words and numbers.
@NullMarked
package io.muster.syslog;

import org.jspecify.annotations.NullMarked;
