package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import io.muster.driver.Loops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyslogOutletTest {
    private static final Pattern OWED = Pattern.compile(".*: (\\d+) lines? of this log (is|are) lost");

    @TempDir
    Path directory;

    private final EventLoop listening = Loops.start("syslogd");
    private final List<String> complaints = new CopyOnWriteArrayList<>();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private SyslogOutlet outlet;

    @BeforeEach
    void open() {
        outlet = new SyslogOutlet(
                directory.resolve("log"), Loops.start("test-syslog"), daemon -> 20, (what, why) -> complaints.add(why));
    }

    @AfterEach
    void close() {
        outlet.end();
        outlet.ended(2_000);
        Loops.stop(listening);
    }

    /// What `/dev/log` is on a machine.
    private Channel syslogd() {
        return new Bootstrap()
                .group(listening)
                .channel(EpollDomainDatagramChannel.class)
                .option(ChannelOption.SO_RCVBUF, 16_384)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        heard.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(new DomainSocketAddress(directory.resolve("log").toString()))
                .syncUninterruptibly()
                .channel();
    }

    private void say(Level level, String text, long timeMs) {
        outlet.put("fenced", Lines.of("fenced", level, text, timeMs));
    }

    private String next() throws InterruptedException {
        String line = heard.poll(10, TimeUnit.SECONDS);
        assertNotNull(line, "nothing came; complaints " + complaints);
        return line;
    }

    @Test
    void aLineIsWhatSyslogOfTheLibraryWouldSend() throws Exception {
        syslogd();
        say(Level.ERROR, "fencing node 3\nfailed", 1_000);
        String line = next();
        assertTrue(
                line.matches(
                        "(?s)<163>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d fenced\\[\\d+]: fencing node 3\n    failed"),
                line);
        say(Level.WARN, "w", 1_000);
        say(Level.INFO, "i", 1_000);
        say(Level.DEBUG, "d", 1_000);
        assertTrue(next().startsWith("<164>"));
        assertTrue(next().startsWith("<166>"));
        assertTrue(next().startsWith("<167>"));
        assertEquals(List.of(), complaints);
    }

    @Test
    void aSyslogDaemonThatIsAwayCostsLinesWhichAreCountedAndSaidOnceWhenItIsBack() throws Exception {
        for (int i = 0; i < 5; i++) {
            say(Level.INFO, "into the void " + i, 1_000 + i);
        }
        outlet.thread().submit(() -> {}).sync();
        // It says so after it has found out.
        while (!outlet.failing() || complaints.isEmpty()) {
            Thread.onSpinWait();
        }
        assertEquals(1, complaints.size(), complaints.toString());
        syslogd();
        say(Level.INFO, "too early to try again", 1_500);
        say(Level.INFO, "back", 3_000);
        say(Level.INFO, "and on", 3_001);
        assertTrue(next().endsWith(": 6 lines of this log are lost"));
        assertTrue(next().endsWith(": back"));
        assertTrue(next().endsWith(": and on"));
    }

    @Test
    void aSyslogDaemonThatWasStartedAnewIsFoundAtTheNextLineAndNoneIsLost() throws Exception {
        Channel first = syslogd();
        say(Level.INFO, "one", 1_000);
        assertTrue(next().endsWith("one"));
        first.close().syncUninterruptibly();
        Files.deleteIfExists(directory.resolve("log"));
        syslogd();
        say(Level.INFO, "two", 1_001);
        assertTrue(next().endsWith("two"));
        assertEquals(List.of(), complaints);
    }

    /// A daemon that is stopped reads nothing: its socket's buffer fills, and then the outlet's queue.
    @Test
    void aSyslogDaemonThatStandsStillHoldsNobodyUp() throws Exception {
        Channel standing = syslogd();
        standing.config().setAutoRead(false);
        standing.eventLoop().submit(() -> {}).sync();
        int many = 3 * Outlet.ROOM;
        long began = System.nanoTime();
        for (int i = 0; i < many; i++) {
            say(Level.INFO, "line " + i, 1_000);
        }
        long tookMs = (System.nanoTime() - began) / 1_000_000;
        assertTrue(tookMs < 5_000, "put took " + tookMs + " ms");
        standing.config().setAutoRead(true);
        int lines = 0;
        int owed = 0;
        var admissions = new ArrayList<String>();
        while (lines + owed < many) {
            String line = heard.poll(5, TimeUnit.SECONDS);
            if (line == null) {
                // All that was taken has come: the next line brings the account.
                say(Level.INFO, "one more", 2_000);
                many++;
                continue;
            }
            Matcher lost = OWED.matcher(line);
            if (lost.matches()) {
                owed += Integer.parseInt(lost.group(1));
                admissions.add(line);
            } else {
                lines++;
            }
        }
        assertEquals(many, lines + owed);
        assertTrue(owed > 0 && lines >= Outlet.ROOM, lines + " lines, " + owed + " owed");
        assertEquals(1, admissions.size(), admissions.toString());
    }
}
