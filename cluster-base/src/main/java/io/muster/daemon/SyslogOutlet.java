package io.muster.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.muster.net.SocketWords;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainDatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The local syslog daemon, or the journal in its place, by the datagram socket `/dev/log` as syslog(3) does:
///
/// ```
/// <164>Nov 30 21:04:05 fenced[812]: fencing node 3
/// ```
///
/// The number is facility * 8 + priority; the time is local; there is no host name on the local socket (RFC 3164
/// and glibc). Nothing waits: a daemon that doesn't read costs lines, one that was started anew is found again at
/// the next line, which is sent once more.
final class SyslogOutlet extends Outlet {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    /// What the usual daemons take without cutting it themselves.
    private static final int MAX_OCTETS = 8192;

    private record Line(String daemon, ILoggingEvent event, boolean again) {}

    private final Path socket;
    private final EventLoop loop;
    private final ToIntFunction<String> facility;
    private final Deque<Line> held = new ArrayDeque<>();
    private @Nullable Channel channel;
    private boolean connecting;
    private long failedAtMs = Long.MIN_VALUE;

    /// @param facility of a daemon, its number
    SyslogOutlet(Path socket, EventLoop loop, ToIntFunction<String> facility, BiConsumer<String, String> complaints) {
        super("syslog at " + socket, loop, complaints);
        this.socket = socket;
        this.loop = loop;
        this.facility = facility;
    }

    @Override
    void write(String daemon, ILoggingEvent event) {
        take(new Line(daemon, event, false));
    }

    private void take(Line line) {
        Channel open = channel;
        if (connecting) {
            held.add(line);
        } else if (open != null) {
            send(open, line);
        } else if (failing() && Math.abs(line.event().getTimeStamp() - failedAtMs) < RETRY_MS) {
            failed("");
        } else {
            held.add(line);
            connect(line.event().getTimeStamp());
        }
    }

    private void connect(long nowMs) {
        connecting = true;
        new Bootstrap()
                .group(loop)
                .channel(EpollDomainDatagramChannel.class)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(new DomainSocketAddress(socket.toString()))
                .addListener(done -> {
                    connecting = false;
                    Line line = held.poll();
                    if (done.isSuccess()) {
                        channel = ((io.netty.channel.ChannelFuture) done).channel();
                        for (; line != null; line = held.poll()) {
                            take(line);
                        }
                    } else {
                        failedAtMs = nowMs;
                        for (; line != null; line = held.poll()) {
                            failed(SocketWords.of(done.cause()));
                        }
                    }
                });
    }

    private void send(Channel open, Line line) {
        long nowMs = line.event().getTimeStamp();
        long owed = owed();
        if (owed > 0) {
            // Claimed before it is sent: what is behind it in the socket would admit to the same lines.
            admitted(owed);
            open.write(datagram(line.daemon(), nowMs, 4, owedText(owed))).addListener(done -> {
                if (!done.isSuccess()) {
                    admitted(-owed);
                }
            });
        }
        int priority = HouseFormat.priority(line.event());
        open.writeAndFlush(datagram(line.daemon(), nowMs, priority, HouseFormat.text(line.event())))
                .addListener(done -> {
                    if (done.isSuccess()) {
                        written();
                        return;
                    }
                    if (channel == open) {
                        channel = null;
                        open.close();
                    }
                    if (line.again()) {
                        failedAtMs = nowMs;
                        failed(SocketWords.of(done.cause()));
                    } else {
                        take(new Line(line.daemon(), line.event(), true));
                    }
                });
    }

    private ByteBuf datagram(String daemon, long timeMs, int priority, String text) {
        String head = "<" + (facility.applyAsInt(daemon) * 8 + priority) + ">"
                + TIME.format(Instant.ofEpochMilli(timeMs)) + " " + HouseFormat.identity(daemon) + ": ";
        byte[] octets = (head + text).getBytes(StandardCharsets.UTF_8);
        return Unpooled.wrappedBuffer(octets, 0, Math.min(octets.length, MAX_OCTETS));
    }

    @Override
    void shut() {
        Channel open = channel;
        channel = null;
        if (open != null) {
            open.close();
        }
    }
}
