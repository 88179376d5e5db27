package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.driver.Loops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SdNotifyTest {
    @TempDir
    Path directory;

    private final EventLoop loop = Loops.start("notify-test");
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        Loops.stop(loop);
    }

    @Test
    void systemdHearsReadinessStatusAndTheWatchdog() throws InterruptedException {
        Path socket = directory.resolve("notify");
        listen(new DomainSocketAddress(socket.toFile()));
        hears(Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "40000"));
    }

    @Test
    void anAbstractSocketIsASocketToo() throws InterruptedException {
        String name = "muster-test-" + ProcessHandle.current().pid();
        listen(new DomainSocketAddress("\0" + name));
        hears(Map.of("NOTIFY_SOCKET", "@" + name, "WATCHDOG_USEC", "40000"));
    }

    @Test
    void whereNobodyListensNothingHappens() {
        try (var silent = SdNotify.open(Layout.from(Map.of()), loop)) {
            silent.ready("up");
        }
        String nowhere = directory.resolve("nowhere").toString();
        try (var silent = SdNotify.open(Layout.from(Map.of("NOTIFY_SOCKET", nowhere)), loop)) {
            silent.ready("up");
        }
        assertTrue(heard.isEmpty());
    }

    private void hears(Map<String, String> environment) throws InterruptedException {
        try (var notify = SdNotify.open(Layout.from(environment), loop)) {
            notify.ready("two\nlines");
            long pid = ProcessHandle.current().pid();
            assertEquals("READY=1\nMAINPID=" + pid + "\nSTATUS=two lines", heard.poll(10, TimeUnit.SECONDS));
            notify.stopping();
            assertEquals("STOPPING=1", heard.poll(10, TimeUnit.SECONDS));
            notify.watch(loop);
            assertEquals("WATCHDOG=1", heard.poll(10, TimeUnit.SECONDS));
            assertEquals("WATCHDOG=1", heard.poll(10, TimeUnit.SECONDS));
        }
    }

    private void listen(DomainSocketAddress address) {
        new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new SimpleChannelInboundHandler<DomainDatagramPacket>() {
                    @Override
                    protected void channelRead0(ChannelHandlerContext context, DomainDatagramPacket packet) {
                        heard.add(packet.content().toString(StandardCharsets.UTF_8));
                    }
                })
                .bind(address)
                .syncUninterruptibly();
    }
}
