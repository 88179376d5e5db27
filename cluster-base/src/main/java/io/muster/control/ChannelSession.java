package io.muster.control;

import io.muster.core.MalformedMessage;
import io.muster.driver.DaemonLog;
import io.muster.net.SocketWords;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A session over a Netty channel. Thread: the loop, but for `send` and `close`, which go there by themselves.
final class ChannelSession extends ChannelInboundHandlerAdapter implements Session {
    private static final int OWN_UID = ownUid();

    private final ControlServer server;
    private final EpollDomainSocketChannel channel;
    private final PeerCredentials peer;
    private final long id;
    private final boolean mayChange;

    /// Questions of a guest that has asked too much.
    private final Queue<Frame> postponed = new ArrayDeque<>();

    private final AtomicLong queued = new AtomicLong();
    private long takenAtNs;
    private boolean checking;
    private boolean open;
    private boolean over;
    private @Nullable String why;
    private long pingSequence;
    private long pongSequence;
    private volatile long pingSentNs;
    private volatile boolean notReading;

    /// @throws IOException when the kernel doesn't say who the peer is: then it is nobody to us
    ChannelSession(ControlServer server, EpollDomainSocketChannel channel, long id) throws IOException {
        this.server = server;
        this.channel = channel;
        this.id = id;
        peer = channel.peerCredentials();
        mayChange = uid() == 0 || uid() == OWN_UID || isOperator();
    }

    /// The group that counts may be any of the client's.
    private boolean isOperator() {
        OptionalInt group = server.operators();
        if (group.isEmpty()) {
            return false;
        }
        return gid() == group.getAsInt() || PeerGroups.of(channel).contains(group.getAsInt());
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public int uid() {
        return peer.uid();
    }

    @Override
    public int gid() {
        return peer.gids().length == 0 ? -1 : peer.gids()[0];
    }

    @Override
    public int pid() {
        return peer.pid();
    }

    @Override
    public boolean mayChange() {
        return mayChange;
    }

    @Override
    public void send(Frame frame) {
        byte[] octets = frame.encode();
        if (server.loop.inEventLoop()) {
            write(octets);
        } else {
            server.loop.execute(() -> write(octets));
        }
    }

    @Override
    public void close() {
        if (server.loop.inEventLoop()) {
            finish();
        } else {
            server.loop.execute(this::finish);
        }
    }

    @Override
    public void reading(boolean on) {
        channel.config().setAutoRead(on);
        notReading = !on;
        // What the client answered meanwhile hasn't been read: its silence counts from now.
        pingSentNs = System.nanoTime();
    }

    @Override
    public void watch(long intervalMs, long timeoutMs) {
        pingSentNs = System.nanoTime();
        server.loop.execute(() -> ping(intervalMs, timeoutMs));
    }

    @Override
    public String toString() {
        return "session " + id + " (uid " + uid() + ", pid " + pid() + ")";
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        open = true;
        guarded(() -> server.handler.onOpen(this));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        var frame = (Frame) message;
        if (over) {
            return;
        }
        if (frame.type() == Frame.PONG) {
            pongSequence = pingSequence;
            return;
        }
        // Who sends isn't silent: its answer may stand behind megabytes.
        pingSentNs = System.nanoTime();
        server.framesIn.increment();
        if (mayChange) {
            guarded(() -> server.handler.onFrame(this, frame));
        } else {
            postponed.add(frame);
            if (postponed.size() == 1) {
                serve();
            }
        }
    }

    /// A guest is read no further while something of it, or for it, waits.
    private void serve() {
        while (!over && !postponed.isEmpty()) {
            long waitMs = queued.get() > 0 ? Guests.EACH_MS : server.guests.waitMs(uid(), ControlServer.nowMs());
            if (waitMs > 0) {
                channel.config().setAutoRead(false);
                server.loop.schedule(this::serve, waitMs, TimeUnit.MILLISECONDS);
                return;
            }
            Frame frame = postponed.remove();
            guarded(() -> server.handler.onFrame(this, frame));
        }
        if (!over && !notReading) {
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end("closed by client");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof MalformedMessage) {
            server.malformed.increment();
            if (!mayChange && !over) {
                // What is too large for a question is a deed.
                channel.writeAndFlush(Unpooled.wrappedBuffer(ControlServer.refusal(Answer.FORBIDDEN.text())));
            }
            end("malformed frame: " + cause.getMessage());
        } else {
            end("connection lost: " + SocketWords.of(cause));
        }
    }

    /// Closes at once, whatever is still queued, and tells the handler if it hasn't been told.
    void end(String reason) {
        if (over) {
            return;
        }
        over = true;
        server.closed(this);
        channel.close();
        if (open) {
            String told = why == null ? reason : why;
            guarded(() -> server.handler.onClose(this, told));
        }
    }

    private void finish() {
        if (!over && why == null) {
            why = "closed by daemon";
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    private void write(byte[] octets) {
        if (over || why != null) {
            return;
        }
        if (queued.get() == 0) {
            takenAtNs = System.nanoTime();
        }
        queued.addAndGet(octets.length);
        server.framesOut.increment();
        ByteBuf buffer = Unpooled.wrappedBuffer(octets);
        channel.writeAndFlush(buffer).addListener((ChannelFuture done) -> taken(octets.length));
        if (queued.get() > server.limits.maxQueued()) {
            tooSlow(queued + " octets waiting");
        } else if (queued.get() > 0 && !checking) {
            checking = true;
            checkLater();
        }
    }

    private void taken(int octets) {
        queued.addAndGet(-octets);
        takenAtNs = System.nanoTime();
    }

    private void checkLater() {
        long everyMs = Math.max(1, server.limits.stalledReaderMs() / 4);
        server.loop.schedule(this::check, everyMs, TimeUnit.MILLISECONDS);
    }

    private void check() {
        if (over || queued.get() == 0) {
            checking = false;
            return;
        }
        long stalledMs = (System.nanoTime() - takenAtNs) / 1_000_000;
        if (stalledMs >= server.limits.stalledReaderMs()) {
            tooSlow(queued + " octets waiting, none taken for " + stalledMs + " ms");
        } else {
            checkLater();
        }
    }

    private void tooSlow(String what) {
        server.slow.increment();
        end("too slow: " + what);
    }

    private void ping(long intervalMs, long timeoutMs) {
        if (over) {
            return;
        }
        long now = System.nanoTime();
        if (pongSequence == pingSequence) {
            pingSequence++;
            pingSentNs = now;
            write(new Frame(Frame.PING, new byte[0]).encode());
        } else if (!notReading && now - pingSentNs >= timeoutMs * 1_000_000) {
            server.silent.increment();
            end("no answer for " + (now - pingSentNs) / 1_000_000 + " ms");
            return;
        }
        server.loop.schedule(() -> ping(intervalMs, timeoutMs), intervalMs, TimeUnit.MILLISECONDS);
    }

    private void guarded(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            DaemonLog.get().error("{}: handler failed, session ends", this, e);
            end("handler failed: " + e);
        }
    }

    private static int ownUid() {
        try {
            return (int) java.nio.file.Files.getAttribute(java.nio.file.Path.of("/proc/self"), "unix:uid");
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
