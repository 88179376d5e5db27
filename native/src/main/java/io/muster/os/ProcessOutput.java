package io.muster.os;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// What a program writes while somebody waits for its end: read as it comes, so that the program never waits for us,
/// and kept from its beginning up to a limit.
///
/// Nothing here waits for the end of the output: a daemon started by the program may hold the pipe open for ever, and
/// what it writes isn't ours to wait for. Nor does one that writes without end keep us from looking at the clock: a
/// look reads so much and no more.
///
/// Thread: one at a time.
public final class ProcessOutput implements AutoCloseable {
    private static final int BUFFER_BYTES = 8192;
    /// More than a pipe holds (64 KiB): when the program has ended, one look takes all that it wrote.
    private static final int LOOK_BYTES = 512 * 1024;

    private static final long FIRST_PAUSE_MS = 1;
    private static final long LONGEST_PAUSE_MS = 20;

    private final InputStream from;
    private final byte[] kept;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int length;

    /// @param from closed with this
    /// @param keepBytes how much is kept; the rest is read and dropped
    public ProcessOutput(InputStream from, int keepBytes) {
        this.from = from;
        this.kept = new byte[keepBytes];
    }

    /// Reads until the program has ended or its time is over, at short and then longer intervals.
    ///
    /// @param beganNs when its time began, by [System#nanoTime]
    /// @param limitMs 0 for no limit
    /// @return whether it has ended by itself
    public boolean awaitEnd(Process process, long beganNs, long limitMs) throws InterruptedException {
        long pauseMs = FIRST_PAUSE_MS;
        while (!process.waitFor(pauseMs, TimeUnit.MILLISECONDS)) {
            look();
            if (limitMs > 0 && (System.nanoTime() - beganNs) / 1_000_000 >= limitMs) {
                return false;
            }
            pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs + 2);
        }
        look();
        return true;
    }

    /// Takes what there is, never waiting for more.
    public void look() {
        try {
            for (int left = LOOK_BYTES; left > 0; ) {
                int there = from.available();
                if (there <= 0) {
                    return;
                }
                int n = from.read(buffer, 0, Math.min(there, buffer.length));
                if (n < 0) {
                    return;
                }
                int take = Math.min(n, kept.length - length);
                System.arraycopy(buffer, 0, kept, length, take);
                length += take;
                left -= n;
            }
        } catch (IOException e) {
            // The pipe is closed: there is nothing more.
        }
    }

    /// What was kept, taken for UTF-8.
    public String text() {
        return new String(kept, 0, length, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        try {
            from.close();
        } catch (IOException e) {
            // Nothing is lost: the output was kept already.
        }
    }
}
