package io.muster.control;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;

/// A command's end of a control socket: blocking, every call bounded by one time-out.
///
/// The JDK and nothing else: neither Netty nor SLF4J is loaded on the way of a command, which therefore starts
/// fast. Thread: one at a time.
public final class ControlClient implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final long timeoutNs;
    private final ByteBuffer prefix = ByteBuffer.allocate(Frame.PREFIX);
    private long sequence;

    private ControlClient(SocketChannel channel, Selector selector, long timeoutNs) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.timeoutNs = timeoutNs;
        key = channel.register(selector, 0);
    }

    /// @param timeout longest wait of each later call
    /// @throws NotRunningException when nobody listens
    /// @throws AccessDeniedException when this user may not talk to the daemon
    public static ControlClient connect(Path socket, Duration timeout) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // Blocking: a full backlog of a daemon that doesn't accept is the one wait this can't bound.
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            return new ControlClient(channel, Selector.open(), timeout.toNanos());
        } catch (SocketException e) {
            channel.close();
            String message = String.valueOf(e.getMessage());
            if (message.contains("Permission denied")) {
                var denied = new AccessDeniedException(socket.toString());
                denied.initCause(e);
                throw denied;
            }
            if (e instanceof ConnectException || message.contains("No such file")) {
                throw new NotRunningException(socket, e);
            }
            throw e;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /// Sends a request and waits for its answer; frames that answer something else are passed over.
    ///
    /// @throws SocketTimeoutException when the daemon doesn't answer in time
    /// @throws EOFException when it hangs up instead
    public Frame ask(int type, byte[] payload) throws IOException, MalformedMessage {
        long mine = ++sequence;
        long deadline = System.nanoTime() + timeoutNs;
        try {
            write(new Frame(type, mine, CauseId.NONE, payload), deadline);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            // It hung up, and may have said why.
            read(deadline);
            throw e;
        }
        while (true) {
            Frame frame = read(deadline);
            if (frame.sequence() == mine) {
                return frame;
            }
        }
    }

    /// Sends a frame nobody needs to answer.
    public void send(int type, byte[] payload) throws IOException {
        write(new Frame(type, 0, CauseId.NONE, payload), System.nanoTime() + timeoutNs);
    }

    /// The next frame, whatever it is.
    ///
    /// @throws SocketTimeoutException when none comes in time
    public Frame receive() throws IOException, MalformedMessage {
        return read(System.nanoTime() + timeoutNs);
    }

    /// The next frame within a time of its own, as for "wait until quorate".
    public Frame receive(Duration timeout) throws IOException, MalformedMessage {
        return read(System.nanoTime() + timeout.toNanos());
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }

    private void write(Frame frame, long deadline) throws IOException {
        ByteBuffer octets = ByteBuffer.wrap(frame.encode());
        while (octets.hasRemaining()) {
            if (channel.write(octets) == 0) {
                await(SelectionKey.OP_WRITE, deadline);
            }
        }
    }

    private Frame read(long deadline) throws IOException, MalformedMessage {
        while (true) {
            // A time-out in the middle of a prefix must not lose what has come of it; one in the middle of a frame ends
            // the conversation anyway, since its callers give up.
            fill(prefix, deadline);
            prefix.flip();
            long length = prefix.getInt() & 0xffff_ffffL;
            prefix.clear();
            ByteBuffer body = ByteBuffer.allocate(Frame.checkLength(length, Frame.MAX_PAYLOAD));
            fill(body, deadline);
            Frame frame = Frame.decode(body.array());
            if (frame.type() == Frame.REFUSAL) {
                throw new RefusedException(new String(frame.payload(), StandardCharsets.UTF_8));
            }
            if (frame.type() != Frame.PING) {
                return frame;
            }
            write(new Frame(Frame.PONG, frame.payload()), deadline);
        }
    }

    private void fill(ByteBuffer buffer, long deadline) throws IOException {
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer);
            if (count < 0) {
                throw new EOFException("the daemon hung up");
            }
            if (count == 0) {
                await(SelectionKey.OP_READ, deadline);
            }
        }
    }

    private void await(int operation, long deadline) throws IOException {
        long leftNs = deadline - System.nanoTime();
        if (leftNs <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        key.interestOps(operation);
        selector.select(leftNs / 1_000_000 + 1);
        selector.selectedKeys().clear();
    }
}
