package io.muster.checks.daemon;

import io.muster.checks.CheckResult;
import io.muster.checks.CheckResult.Outcome;
import io.muster.net.IpAddress;
import io.netty.channel.ChannelException;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Connects, and that is all. Six system calls for a good one besides the shared wait: socket and its
/// family (Netty's), linger, connect, watch, close; closing takes the descriptor out of epoll by itself.
class ConnectRun extends Run implements EpollIoHandle {
    static final int IN = EpollIoOps.EPOLLIN.value();
    static final int OUT = EpollIoOps.EPOLLOUT.value();
    static final int FAILED = EpollIoOps.EPOLLERR.value();
    private static final int HUNG_UP = 0x10;

    private final IpAddress server;
    private final int port;
    private @Nullable LinuxSocket socket;
    private @Nullable IoRegistration registration;
    private boolean connected;

    ConnectRun(CheckRunner runner, IpAddress server, int port, long timeoutMs, Consumer<CheckResult> done) {
        super(runner, timeoutMs, done);
        this.server = server;
        this.port = port;
    }

    @Override
    void begin() {
        try {
            LinuxSocket fresh = open(server.v6());
            socket = fresh;
            if (fresh.connect(CheckRunner.address(server, port))) {
                connected = true;
            }
            registration = runner.loop().register(this).getNow();
            if (registration == null) {
                end(Outcome.UNTOLD, "the event loop takes no more sockets", Double.NaN);
                return;
            }
            registration.submit(events());
        } catch (IOException | RuntimeException e) {
            failed(e);
            return;
        }
        if (connected) {
            connected();
        }
    }

    /// The socket, with the options it needs.
    LinuxSocket open(boolean v6) throws IOException {
        LinuxSocket fresh = LinuxSocket.newSocketStream(v6);
        try {
            fresh.setSoLinger(0);
        } catch (IOException e) {
            fresh.close();
            throw e;
        }
        return fresh;
    }

    /// What to watch for.
    EpollIoOps events() {
        return EpollIoOps.EPOLLOUT;
    }

    final void failed(Exception e) {
        if (!(e instanceof IOException) && !(e instanceof ChannelException)) {
            bad("the check itself failed: " + e);
            return;
        }
        Exception cause = e.getCause() instanceof IOException inner ? inner : e;
        int number = SocketErrors.number(cause);
        if (SocketErrors.ours(number)) {
            end(Outcome.UNTOLD, SocketErrors.ourWords(number), Double.NaN);
        } else {
            bad(number == 0 ? String.valueOf(cause.getMessage()) : SocketErrors.words(number));
        }
    }

    @Override
    public final FileDescriptor fd() {
        return socket();
    }

    final LinuxSocket socket() {
        if (socket == null) {
            throw new IllegalStateException("no socket");
        }
        return socket;
    }

    @Override
    public final void handle(IoRegistration from, IoEvent event) {
        if (ended()) {
            return;
        }
        int bits = ((EpollIoEvent) event).ops().value();
        try {
            if (!connected) {
                if ((bits & (FAILED | HUNG_UP)) != 0) {
                    int number = socket().getSoError();
                    // A server that accepted and hung up in one breath has accepted.
                    if (number != 0) {
                        failed(new IOException("error(-" + number + ")"));
                        return;
                    }
                }
                if ((bits & (OUT | FAILED | HUNG_UP)) == 0) {
                    return;
                }
                connected = true;
                connected();
                if (ended()) {
                    return;
                }
            }
            ready(bits);
        } catch (IOException | RuntimeException e) {
            failed(e);
        }
    }

    /// The connection stands.
    void connected() {
        good("connected");
    }

    /// Events on a connection that stands.
    void ready(int bits) throws IOException {}

    @Override
    void release() {
        LinuxSocket mine = socket;
        if (mine != null) {
            try {
                mine.close();
            } catch (IOException e) {
                // It is closed all the same, and what it says of data not delivered is of no interest.
            }
        }
        if (registration != null) {
            registration.cancel();
        }
    }

    /// The loop ends.
    @Override
    public final void close() {
        abandon();
    }

    @Override
    String awaited() {
        return "connection";
    }

    final boolean isConnected() {
        return connected;
    }
}
