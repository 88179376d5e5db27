package io.muster.driver;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The one place where somebody who isn't on a loop waits for something that comes once: the thread
/// that stops a daemon, a command, a test. Nothing is decided by it.
///
/// Thread: any but a loop's.
public final class Patience {
    private final CountDownLatch latch = new CountDownLatch(1);

    /// Lets time pass between two looks at something that nobody announces: a daemon that starts, a
    /// cluster that forms.
    ///
    /// @return whether it has passed; an interrupt counts as no and stays set
    public static boolean pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// It has come.
    public void end() {
        latch.countDown();
    }

    public boolean ended() {
        return latch.getCount() == 0;
    }

    /// @return whether it came in time; an interrupt counts as no
    public boolean await(long ms) {
        try {
            return latch.await(ms, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Without a limit.
    public void await() {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
