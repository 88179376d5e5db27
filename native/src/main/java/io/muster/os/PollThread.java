package io.muster.os;

/// A daemon thread that waits for descriptors and serves them until it is ended.
///
/// Thread: any may [#end] it; the served object is called on this thread only.
final class PollThread {
    private static final long JOIN_MS = 2_000;

    /// What it serves.
    interface Served {
        /// How long to wait for the descriptors; negative for ever.
        long waitMs();

        /// One of them may have something, or the time is over.
        ///
        /// @throws NetException when they are unusable: ends the thread
        void serve() throws NetException;

        /// Gives back the descriptors; the last call, made however the thread ends.
        void ended();
    }

    private final Wake wake;
    private final Served served;
    private final Thread thread;
    private volatile boolean ending;
    private boolean ended;

    /// @param wake closed when the thread ends
    PollThread(String name, Wake wake, Served served) {
        this.wake = wake;
        this.served = served;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Lets it look at [Served#waitMs] again.
    synchronized void wake() {
        // Once closed, its number may be another's descriptor.
        if (!ended) {
            wake.wake();
        }
    }

    /// Whether it has been ended, or ended itself.
    boolean isEnding() {
        return ending;
    }

    private void run() {
        try {
            while (!ending) {
                wake.await(served.waitMs());
                if (!ending) {
                    served.serve();
                }
            }
        } catch (NetException e) {
            // There is nothing left to serve.
        } finally {
            ending = true;
            served.ended();
            synchronized (this) {
                ended = true;
                wake.close();
            }
        }
    }

    /// Ends it and waits for that, unless called on the thread itself.
    void end() {
        ending = true;
        wake();
        if (Thread.currentThread() != thread) {
            try {
                thread.join(JOIN_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
