package io.muster.daemon;

import io.muster.driver.DaemonLog;
import io.muster.net.SocketWords;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Tells systemd how a daemon is doing, as sd_notify(3) does; says nothing where nobody listens.
///
/// Thread: any.
public final class SdNotify implements AutoCloseable {

    private final @Nullable Channel channel;
    private final long watchdogUs;

    private SdNotify(@Nullable Channel channel, long watchdogUs) {
        this.channel = channel;
        this.watchdogUs = watchdogUs;
    }

    /// Connects to the socket that `NOTIFY_SOCKET` names; a leading `@` means an abstract one. Not on the loop.
    public static SdNotify open(Layout layout, EventLoop loop) {
        Optional<String> socket = layout.variable("NOTIFY_SOCKET");
        if (socket.isEmpty()) {
            return new SdNotify(null, 0);
        }
        String path = socket.get().startsWith("@") ? "\0" + socket.get().substring(1) : socket.get();
        var connected = new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(path))
                .awaitUninterruptibly();
        if (!connected.isSuccess()) {
            DaemonLog.get().warn("{}: can't tell systemd: {}", socket.get(), SocketWords.of(connected.cause()));
            return new SdNotify(null, 0);
        }
        return new SdNotify(connected.channel(), watchdog(layout));
    }

    /// Start-up is complete.
    public void ready(String status) {
        send("READY=1\nMAINPID=" + ProcessHandle.current().pid() + "\nSTATUS=" + line(status));
    }

    /// What `systemctl status` shows.
    public void status(String status) {
        send("STATUS=" + line(status));
    }

    public void stopping() {
        send("STOPPING=1");
    }

    /// Pings systemd's watchdog, if the unit has one, from a daemon's loop: a loop that hangs is noticed.
    public void watch(EventLoop loop) {
        if (channel != null && watchdogUs > 0) {
            loop.scheduleAtFixedRate(() -> send("WATCHDOG=1"), 0, watchdogUs / 2, TimeUnit.MICROSECONDS);
        }
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.close().awaitUninterruptibly(500);
        }
    }

    private void send(String state) {
        if (channel != null) {
            channel.writeAndFlush(ByteBufUtil.writeUtf8(channel.alloc(), state));
        }
    }

    private static String line(String text) {
        return text.replace('\n', ' ');
    }

    private static long watchdog(Layout layout) {
        try {
            boolean ours = layout.variable("WATCHDOG_PID")
                    .map(pid -> Long.parseLong(pid) == ProcessHandle.current().pid())
                    .orElse(true);
            return ours ? layout.variable("WATCHDOG_USEC").map(Long::parseLong).orElse(0L) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
