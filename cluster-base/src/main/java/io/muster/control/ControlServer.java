package io.muster.control;

import io.muster.driver.DaemonLog;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// A daemon's control socket: a Unix stream socket, mode 0660 and of group `cluster` if there is one,
/// on the daemon's loop.
///
/// A client can't hurt the daemon: frames are bounded and checked, a reader too slow or too silent is
/// disconnected and counted, an exception in the handler ends that session only.
///
/// Thread: open and close from any; handler and sessions live on the loop.
public final class ControlServer implements ControlSocket.Server {

    final EventLoop loop;
    final SessionHandler handler;
    final Limits limits;
    final LongAdder framesIn = new LongAdder();
    final LongAdder framesOut = new LongAdder();
    final LongAdder slow = new LongAdder();
    final LongAdder silent = new LongAdder();
    final LongAdder malformed = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final Map<Long, ChannelSession> sessions = new TreeMap<>();
    private final Path socket;
    private volatile int count;
    private final AtomicLong opened = new AtomicLong();
    private Channel channel;

    private ControlServer(Path socket, EventLoop loop, SessionHandler handler, Limits limits) throws IOException {
        this.socket = socket;
        this.loop = loop;
        this.handler = handler;
        this.limits = limits;
        Path temporary = SocketFile.prepare(socket);
        var bound = new ServerBootstrap()
                .group(loop, loop)
                .channel(EpollServerDomainSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 128)
                .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
                    @Override
                    protected void initChannel(EpollDomainSocketChannel client) {
                        accept(client);
                    }
                })
                .bind(new DomainSocketAddress(temporary.toFile()))
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(socket + ": can't bind: " + bound.cause().getMessage(), bound.cause());
        }
        channel = bound.channel();
        try {
            SocketFile.publish(temporary, socket);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /// Serves a socket with the usual limits. Not to be called on the loop itself.
    ///
    /// @throws IOException when another daemon already does, or it can't be made
    public static ControlServer open(Path socket, EventLoop loop, SessionHandler handler) throws IOException {
        return open(socket, loop, handler, Limits.DEFAULT);
    }

    public static ControlServer open(Path socket, EventLoop loop, SessionHandler handler, Limits limits)
            throws IOException {
        return new ControlServer(socket, loop, handler, limits);
    }

    /// Present sessions, oldest first. On the loop only.
    @Override
    public List<Session> sessions() {
        return List.copyOf(sessions.values());
    }

    @Override
    public Counters counters() {
        return new Counters(
                count,
                opened.get(),
                framesIn.sum(),
                framesOut.sum(),
                slow.sum(),
                silent.sum(),
                malformed.sum(),
                refused.sum());
    }

    /// Ends all sessions and removes the socket.
    @Override
    public void close() {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            DaemonLog.get().warn("{}: can't remove: {}", socket, e.getMessage());
        }
        if (loop.inEventLoop()) {
            closeAll();
        } else if (!loop.isShuttingDown()) {
            loop.submit(this::closeAll).awaitUninterruptibly(2_000);
        }
    }

    void closed(ChannelSession session) {
        sessions.remove(session.id());
        count = sessions.size();
    }

    private void closeAll() {
        channel.close();
        for (Session session : sessions()) {
            ((ChannelSession) session).end("daemon stops");
        }
    }

    private void accept(EpollDomainSocketChannel client) {
        try {
            if (sessions.size() >= limits.maxSessions()) {
                throw new IOException(limits.maxSessions() + " sessions already");
            }
            var session = new ChannelSession(this, client, opened.get() + 1);
            opened.incrementAndGet();
            sessions.put(session.id(), session);
            count = sessions.size();
            client.pipeline().addLast(new FrameDecoder(limits.maxPayload()), session);
        } catch (IOException e) {
            refused.increment();
            DaemonLog.get().debug("{}: client refused: {}", socket, e.getMessage());
            client.close();
        }
    }
}
