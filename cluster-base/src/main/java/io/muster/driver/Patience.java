package io.muster.driver;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

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

    /// Looks every `pauseMs` at something that nobody announces.
    ///
    /// @return whether it came true in time; an interrupt counts as no
    public static boolean until(long limitMs, long pauseMs, BooleanSupplier condition) {
        long beganNs = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - beganNs > limitMs * 1_000_000L || !pause(pauseMs)) {
                return condition.getAsBoolean();
            }
        }
        return true;
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
