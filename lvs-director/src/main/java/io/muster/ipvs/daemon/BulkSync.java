package io.muster.ipvs.daemon;

import io.muster.ipvs.Connection;
import io.muster.ipvs.IpAddress;
import io.muster.ipvs.SyncCodec;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.SyncEntry;
import io.muster.ipvs.SyncMessage;
import io.muster.ipvs.SyncSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Sends the whole connection table to the backup directors' kernels: what their synchronisation daemons would have
/// got, had they been there all along. The kernel's own daemon says nothing of a connection that is idle, nor of an
/// old one to a backup that comes late.
///
/// The messages are the kernel's own, version 1, to the group its daemons listen to. They go out evenly, so that the
/// receiving kernel's socket buffer (a hundred messages or so) isn't overrun; there is no acknowledgement: how many
/// arrived, the peer's count of connections says.
///
/// Thread: one of its own: [#send] blocks for as long as it takes, some seconds for 10^5 entries, and ends early with
/// an InterruptedIOException when the thread is interrupted.
public final class BulkSync {
    /// Some 40,000 connections a second.
    public static final int PACE_KB_PER_S = 1500;

    /// A burst of a few dozen messages fits any socket buffer.
    private static final long STEP_MS = 10;

    /// Told after each burst, on the sending thread.
    @FunctionalInterface
    public interface Progress {
        /// @param sent entries that went out so far
        /// @param total what the table had at the beginning; connections come and go meanwhile
        void sent(long sent, long total);
    }

    /// Where to, and how fast.
    ///
    /// @param device the interface
    /// @param syncId 0 to 255, that of the daemons
    /// @param ttl hops; 1 stays on the link
    public record Target(String device, int syncId, IpAddress group, int port, int ttl, int paceKBps) {
        /// To where daemons listen unless told otherwise.
        public static Target of(String device, int syncId) {
            return new Target(device, syncId, SyncDaemon.DEFAULT_GROUP, SyncDaemon.DEFAULT_PORT, 1, PACE_KB_PER_S);
        }
    }

    /// @param sent entries that went out
    /// @param left entries a message can't say (an IPv6 connection to an IPv4 server, a state unknown to us)
    /// @param messages datagrams
    public record Sent(long sent, long left, long messages) {}

    private final ConnectionTable connections;

    public BulkSync(ConnectionTable connections) {
        this.connections = connections;
    }

    /// Sends all there is.
    ///
    /// @param source made of the table of services as it is now
    /// @throws IOException when the connections can't be read or nothing can be sent on the interface
    public Sent send(Target target, SyncSource source, Progress progress) throws IOException {
        long total = connections.count();
        try (var sender = new Sender(target, total, progress)) {
            connections.forEach(connection -> sender.add(source, connection));
            return sender.end();
        } catch (Stopped e) {
            throw e.reason;
        }
    }

    /// Carries an error through the reader of the table.
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient IOException reason;

        Stopped(IOException reason) {
            super(reason);
            this.reason = reason;
        }
    }

    private static final class Sender implements AutoCloseable {
        private final DatagramChannel channel;
        private final Target target;
        private final long total;
        private final Progress progress;
        private final List<SyncEntry> entries = new ArrayList<>();
        private final long beganNanos = System.nanoTime();
        private int size = SyncCodec.HEADER_BYTES;
        private long octets;
        private long sent;
        private long left;
        private long messages;

        Sender(Target target, long total, Progress progress) throws IOException {
            this.target = target;
            this.total = total;
            this.progress = progress;
            channel = open(target);
        }

        private static DatagramChannel open(Target target) throws IOException {
            NetworkInterface device = NetworkInterface.getByName(target.device());
            if (device == null) {
                throw new SocketException(target.device() + ": no such interface");
            }
            DatagramChannel channel = DatagramChannel.open(
                    target.group().v6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
            try {
                channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, device);
                channel.setOption(StandardSocketOptions.IP_MULTICAST_TTL, target.ttl());
                channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
                channel.connect(new InetSocketAddress(target.group().inet(), target.port()));
                return channel;
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        }

        void add(SyncSource source, Connection connection) {
            Optional<SyncEntry> entry = source.entry(connection);
            if (entry.isEmpty()) {
                left++;
                return;
            }
            int more = SyncCodec.bytes(entry.get());
            if (size + more > SyncCodec.MAX_BYTES) {
                try {
                    flush();
                } catch (IOException e) {
                    throw new Stopped(e);
                }
            }
            entries.add(entry.get());
            size += more;
        }

        Sent end() throws IOException {
            if (!entries.isEmpty()) {
                flush();
            }
            progress.sent(sent, total);
            return new Sent(sent, left, messages);
        }

        private void flush() throws IOException {
            channel.write(ByteBuffer.wrap(SyncCodec.encode(new SyncMessage(target.syncId(), entries))));
            sent += entries.size();
            messages++;
            octets += size;
            entries.clear();
            size = SyncCodec.HEADER_BYTES;
            pace();
        }

        /// Waits until what has been sent was due.
        private void pace() throws IOException {
            long dueMs = octets / target.paceKBps();
            long aheadMs = dueMs - (System.nanoTime() - beganNanos) / 1_000_000;
            if (aheadMs < STEP_MS) {
                return;
            }
            progress.sent(sent, total);
            try {
                Thread.sleep(aheadMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("sending connections was interrupted after " + sent);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
