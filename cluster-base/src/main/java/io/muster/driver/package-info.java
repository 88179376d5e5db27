/// Runs a core on one event loop, numbers causes, notices stalls, and keeps the record that replays.
@NullMarked
package io.muster.driver;

import org.jspecify.annotations.NullMarked;
