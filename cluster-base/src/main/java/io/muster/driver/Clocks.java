package io.muster.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The clocks a driver compares. Thread: any.
public interface Clocks {
    /// CLOCK_MONOTONIC in nanoseconds: what cores are given, in milliseconds. Stands still while the machine is
    /// suspended.
    long monotonicNs();

    /// CLOCK_BOOTTIME in nanoseconds, coarse: goes on while the machine is suspended. May equal [#monotonicNs]
    /// where it isn't known.
    long bootNs();

    /// Wall-clock milliseconds: only ever compared with itself.
    long wallMs();

    /// The machine's, boot time from `/proc/uptime` (10 ms fine, and about 10 µs dear: drivers ask it once a
    /// second).
    static Clocks system() {
        return SystemClocks.INSTANCE;
    }

    /// See [#system].
    enum SystemClocks implements Clocks {
        INSTANCE;

        private static final Path UPTIME = Path.of("/proc/uptime");

        @Override
        public long monotonicNs() {
            return System.nanoTime();
        }

        @Override
        public long bootNs() {
            try {
                String line = Files.readString(UPTIME);
                return (long) (Double.parseDouble(line.substring(0, line.indexOf(' '))) * 1e9);
            } catch (IOException | RuntimeException e) {
                return System.nanoTime();
            }
        }

        @Override
        public long wallMs() {
            return System.currentTimeMillis();
        }
    }
}
