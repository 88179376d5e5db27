package io.muster.ipvs.daemon;

import io.muster.driver.Clocks;
import io.muster.driver.Patience;
import io.muster.ipvs.Freshness;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.SyncSource;
import io.muster.net.IpAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.DatagramChannel;
import java.util.List;

/// Sends the whole connection table to the backup directors' kernels: what their synchronisation daemons would have
/// got, had they been there all along. The kernel's own daemon says nothing of a connection that is idle, nor of an
/// old one to a backup that comes late.
///
/// Those that had a packet a moment ago go first: where there is no time for all, the kernel has told of the others.
///
/// The messages are the kernel's own, version 1, to the group its daemons listen to. They go out evenly, so that the
/// receiving kernel's socket buffer (a hundred messages or so) isn't overrun; there is no acknowledgement: how many
/// arrived, the peer's count of connections says.
///
/// The table is read at once and kept, 36 octets a connection (72 for IPv6), while it goes out: reading it slowly would
/// miss more of what changes meanwhile.
///
/// Thread: one of its own: [#send] blocks for as long as it takes, some seconds for 10^5 entries, and ends early with
/// an InterruptedIOException when the thread is interrupted.
public final class BulkSync {
    /// Some 40,000 connections a second.
    public static final int PACE_KB_PER_S = 1500;

    /// A burst of this long is a dozen messages, which fits any socket buffer.
    private static final String INTERRUPTED = "sending connections was interrupted";
    private static final long STEP_MS = 10;

    /// Told after each burst, on the sending thread.
    @FunctionalInterface
    public interface Progress {
        /// @param sent entries that went out so far
        /// @param total of what is being sent
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
        var messages = new SyncMessages(target.syncId(), connections.count());
        // Twice: the kernel shows a table that changes while it is read, and each entry that goes hides another one.
        var fresh = new Freshness();
        long left = connections.forEach(c -> source.entry(c).ifPresent(entry -> messages.add(entry, fresh.test(c))));
        connections.forEach(c -> source.entry(c).ifPresent(entry -> messages.addUnlessSeen(entry, fresh.test(c))));
        List<byte[]> all = messages.messages();
        left = Math.max(0, left - messages.firstPass());
        try (DatagramChannel channel = open(target)) {
            long entries = pace(target, channel, all, messages.entries(), progress);
            return new Sent(entries, left, all.size());
        } catch (ClosedByInterruptException e) {
            throw interrupted(e);
        }
    }

    private static DatagramChannel open(Target target) throws IOException {
        NetworkInterface device = NetworkInterface.getByName(target.device());
        if (device == null) {
            throw new SocketException(target.device() + ": no such interface");
        }
        DatagramChannel channel =
                DatagramChannel.open(target.group().v6() ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
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

    private static long pace(
            Target target, DatagramChannel channel, List<byte[]> messages, long total, Progress progress)
            throws IOException {
        long began = Clocks.system().monotonicNs();
        long octets = 0;
        long sent = 0;
        for (byte[] message : messages) {
            channel.write(ByteBuffer.wrap(message));
            octets += message.length;
            sent += message[SyncMessages.COUNT_AT] & 0xff;
            long aheadMs = octets / target.paceKBps() - (Clocks.system().monotonicNs() - began) / 1_000_000;
            if (aheadMs >= STEP_MS) {
                progress.sent(sent, total);
                rest(aheadMs);
            }
        }
        progress.sent(sent, total);
        return sent;
    }

    private static void rest(long ms) throws InterruptedIOException {
        if (!Patience.pause(ms)) {
            throw new InterruptedIOException(INTERRUPTED);
        }
    }

    private static InterruptedIOException interrupted(Exception cause) {
        var interrupted = new InterruptedIOException(INTERRUPTED);
        interrupted.initCause(cause);
        return interrupted;
    }
}
