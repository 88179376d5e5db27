/// Machines whose first process is systemd.
@NullMarked
package io.muster.bed.systemd;

import org.jspecify.annotations.NullMarked;
