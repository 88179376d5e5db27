package io.muster.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.muster.core.CauseId;
import io.muster.core.Core;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// A line that fenced's parts write is fenced's, whichever process hosts it.
class DaemonLogTest {
    private static final long LIMIT_S = 10;

    private final EventLoop fenced = Loops.start("fenced");
    private final EventLoop side = Loops.start("cman-notify", "cman");

    @AfterEach
    void end() {
        Loops.stop(fenced);
        Loops.stop(side);
    }

    @Test
    void aLoopAndWhatItStartsHaveTheDaemonsName() throws Exception {
        assertEquals("fenced", fenced.submit(() -> DaemonLog.name()).get());
        assertEquals("cman", side.submit(() -> DaemonLog.name()).get());
        var beside = new CompletableFuture<String>();
        fenced.execute(() -> Thread.ofVirtual().start(() -> beside.complete(DaemonLog.name())));
        assertEquals("fenced", beside.get(LIMIT_S, TimeUnit.SECONDS));
    }

    @Test
    void aProcessStartsADaemonInItsName() throws Exception {
        assertEquals(DaemonLog.NOBODY, DaemonLog.name());
        String inner = DaemonLog.within("clusterd", () -> {
            String name = DaemonLog.within("ccsd", DaemonLog::name);
            assertThrows(
                    IOException.class,
                    () -> DaemonLog.within("cman", () -> {
                        throw new IOException("can't");
                    }));
            return name + " in " + DaemonLog.name();
        });
        assertEquals("ccsd in clusterd", inner);
        assertEquals(DaemonLog.NOBODY, DaemonLog.name());
    }

    @Test
    void aBrokenCoreIsToldByTheDaemonsLogger() throws Exception {
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        Logger logger = (Logger) LoggerFactory.getLogger("fenced");
        logger.addAppender(lines);
        try {
            var fatal = new CompletableFuture<Throwable>();
            var driver = EventDriver.of("domain", new Broken())
                    .loop(fenced)
                    .fatal(fatal::complete)
                    .performer((effect, cause) -> {})
                    .tick("tick")
                    .start();
            driver.post("anything", CauseId.NONE);
            assertEquals("broken", fatal.get(LIMIT_S, TimeUnit.SECONDS).getMessage());
            assertEquals(1, lines.list.size());
        } finally {
            logger.detachAppender(lines);
        }
    }

    private static final class Broken implements Core<String, String> {
        @Override
        public List<String> on(String event, long nowMs) {
            throw new IllegalStateException("broken");
        }

        @Override
        public long nextDeadlineMs() {
            return Long.MAX_VALUE;
        }
    }
}
