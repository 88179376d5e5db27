package io.muster.os;

import java.util.Optional;

/// A thread that carries frames between two taps, as somebody else decides. It ends when it is closed or a tap's
/// interface is gone, and takes the taps with it.
///
/// Thread: [#wake] and [#close] any.
public final class TapThread implements AutoCloseable {
    /// Who decides. All calls on this thread; times are monotonic microseconds ([#nowUs]).
    public interface Decider {
        /// A frame came out of tap 0 or 1.
        void frame(int tap, byte[] frame, long nowUs);

        /// The next frame to hand to a tap now, if one is due.
        Optional<byte[]> due(int tap, long nowUs);

        /// When the next one is due; [Long#MAX_VALUE] for never.
        long nextUs();
    }

    /// Enough that a busy direction is emptied at once, few enough that the other gets its turn.
    private static final int AT_ONCE = 64;

    private final PollThread thread;

    public TapThread(String name, Tap first, Tap second, Decider decider) throws NetException {
        Tap[] taps = {first, second};
        thread = new PollThread(name, new Wake(first.fd, second.fd), new PollThread.Served() {
            @Override
            public long waitMs() {
                long next = decider.nextUs();
                return next == Long.MAX_VALUE ? -1 : Math.max(0, (next - nowUs() + 999) / 1_000);
            }

            @Override
            public void serve() throws NetException {
                for (int tap = 0; tap < 2; tap++) {
                    for (int i = 0; i < AT_ONCE; i++) {
                        Optional<byte[]> frame = taps[tap].receive();
                        if (frame.isEmpty()) {
                            break;
                        }
                        decider.frame(tap, frame.get(), nowUs());
                    }
                }
                for (int tap = 0; tap < 2; tap++) {
                    for (Optional<byte[]> due = decider.due(tap, nowUs());
                            due.isPresent();
                            due = decider.due(tap, nowUs())) {
                        taps[tap].send(due.get());
                    }
                }
            }

            @Override
            public void ended() {
                taps[0].close();
                taps[1].close();
            }
        });
        thread.start();
    }

    /// The clock that deciders are told the time of.
    public static long nowUs() {
        return System.nanoTime() / 1_000;
    }

    /// Lets it ask again when the next frame is due.
    public void wake() {
        thread.wake();
    }

    /// Whether it carries still.
    public boolean running() {
        return !thread.isEnding();
    }

    @Override
    public void close() {
        thread.end();
    }
}
