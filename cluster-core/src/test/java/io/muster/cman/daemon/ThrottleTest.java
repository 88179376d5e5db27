package io.muster.cman.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.muster.control.Frame;
import io.muster.control.Session;
import io.muster.driver.Loop;
import io.muster.driver.Loops;
import io.netty.channel.EventLoop;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private final EventLoop loop = Loops.start("throttle");
    private final AtomicLong backlog = new AtomicLong();
    private final Throttle throttle = new Throttle(Loop.of(loop), backlog::get);

    @AfterEach
    void stop() {
        Loops.stop(loop);
    }

    private void sent(Client client) throws Exception {
        loop.submit(() -> throttle.sent(client)).get();
    }

    @Test
    void aClientIsReadAgainWhenTheRingHasTakenMostOfIt() throws Exception {
        var one = new Client();
        var two = new Client();
        backlog.set(Throttle.HIGH_BYTES);
        sent(one);
        assertNull(one.told.poll());
        backlog.set(Throttle.HIGH_BYTES + 1);
        sent(one);
        sent(two);
        assertEquals(false, one.told.poll());
        assertEquals(false, two.told.poll());
        backlog.set(Throttle.LOW_BYTES + 1);
        loop.submit(() -> throttle.gone(two)).get();
        assertNull(one.told.poll(50, TimeUnit.MILLISECONDS));
        backlog.set(Throttle.LOW_BYTES);
        assertEquals(true, one.told.poll(10, TimeUnit.SECONDS));
        assertNull(two.told.poll());
        backlog.set(Throttle.HIGH_BYTES + 1);
        sent(one);
        assertEquals(false, one.told.poll());
    }

    /// Notes whether it is read.
    private static final class Client implements Session {
        final BlockingQueue<Boolean> told = new LinkedBlockingQueue<>();

        @Override
        public void reading(boolean on) {
            told.add(on);
        }

        @Override
        public long id() {
            return 1;
        }

        @Override
        public int uid() {
            return 0;
        }

        @Override
        public int gid() {
            return 0;
        }

        @Override
        public int pid() {
            return 0;
        }

        @Override
        public boolean mayChange() {
            return true;
        }

        @Override
        public void send(Frame frame) {}

        @Override
        public void close() {}

        @Override
        public void watch(long intervalMs, long timeoutMs) {}
    }
}
