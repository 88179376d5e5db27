/// Gathers the facts: files, kernel settings, devices, neighbours, daemons.
@NullMarked
package io.muster.doctor.daemon;

import org.jspecify.annotations.NullMarked;
