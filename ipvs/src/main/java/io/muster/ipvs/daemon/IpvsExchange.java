package io.muster.ipvs.daemon;

import io.muster.driver.Clocks;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.os.Errno;
import io.muster.os.NetException;
import io.muster.os.Netlink;
import io.muster.os.NetlinkMessages;
import io.muster.os.NetlinkWriter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Requests and answers over one netlink socket, each exchange within a time limit.
///
/// Answers carry the number of their request; others are left over from an exchange that was given up and are passed
/// over. After anything that leaves the conversation in doubt (no answer in time, answers lost, nonsense) the socket
/// is closed and the next exchange begins with a new one: the kernel may still be dumping into the old.
///
/// Thread: one at a time.
final class IpvsExchange implements AutoCloseable {
    private static final int WRITE_BYTES = 64 * 1024;
    /// What one unread refusal costs at most, in the kernel's reckoning (measured: 768; echoing the request, 1280).
    private static final int REFUSAL_BYTES = 2048;

    private static final int MOST_IN_FLIGHT = 1024;

    /// `NLMSG_NOOP`
    private static final int NOTHING = 1;

    private static final int END_BYTES = NetlinkWriter.HEADER_BYTES;

    /// Opens a socket.
    interface Opener {
        Netlink open() throws NetException;
    }

    /// Takes one message of an answer.
    interface Reader {
        void read(ByteBuffer datagram, NetlinkMessages message) throws NetException;
    }

    /// Writes one message with that sequence number.
    interface Request {
        void write(NetlinkWriter to, int sequence);
    }

    private final Opener opener;
    private final long limitMs;
    private final NetlinkWriter out = new NetlinkWriter(WRITE_BYTES);
    private @Nullable Netlink socket;
    private int inFlight;
    private int sequence;
    private boolean waiting;
    private long deadlineNs;

    IpvsExchange(Opener opener, Duration limit) {
        this.opener = opener;
        this.limitMs = limit.toMillis();
    }

    /// Asks one thing.
    ///
    /// @return 0, or the error number of a refusal
    int ask(Request request, Reader reader) throws IpvsException {
        return guarded(() -> {
            Netlink link = link();
            int number = ++sequence;
            request.write(out.clear(), number);
            link.send(out.written());
            return answer(link, number, reader);
        });
    }

    private int answer(Netlink link, int number, Reader reader) throws NetException {
        waiting = false;
        while (true) {
            int count = receive(link);
            for (int i = 0; i < count; i++) {
                ByteBuffer datagram = link.datagram(i);
                var message = new NetlinkMessages(datagram);
                while (message.next()) {
                    if (message.sequence() != number) {
                        continue;
                    }
                    if (message.type() == NetlinkMessages.ERROR || message.type() == NetlinkMessages.DONE) {
                        return message.errno();
                    }
                    reader.read(datagram, message);
                    if ((message.flags() & NetlinkMessages.MULTI) == 0) {
                        return 0;
                    }
                }
            }
        }
    }

    /// Sends many messages packed into few datagrams. The kernel works through a datagram in order and answers each
    /// message that it refuses, asked or not; so an empty message that asks for an acknowledgement ends the
    /// datagram, and when that is acknowledged, what wasn't refused was done. No more are in flight than refusals
    /// fit into the socket.
    ///
    /// The kernel leaves out the acknowledgement, asked or not, where its own work was interrupted: a sync daemon
    /// stopped before its thread first ran is (measured). It is stopped then.
    ///
    /// @param mostBytes longest of the messages
    /// @return for each its error number, 0 for done
    int[] all(List<? extends Request> requests, int mostBytes) throws IpvsException {
        int[] errors = new int[requests.size()];
        guarded(() -> {
            Netlink link = link();
            int next = 0;
            while (next < requests.size()) {
                int from = next;
                int first = sequence + 1;
                out.clear();
                while (next < requests.size() && next - from < inFlight && out.remaining() >= mostBytes + END_BYTES) {
                    requests.get(next++).write(out, ++sequence);
                }
                out.message(NOTHING, NetlinkWriter.REQUEST | NetlinkWriter.ACK, ++sequence);
                link.send(out.written());
                refusals(link, first, errors, from, next);
            }
            return 0;
        });
        return errors;
    }

    private void refusals(Netlink link, int first, int[] errors, int from, int to) throws NetException {
        waiting = false;
        while (true) {
            int datagrams = receive(link);
            for (int i = 0; i < datagrams; i++) {
                var message = new NetlinkMessages(link.datagram(i));
                while (message.next()) {
                    int index = message.sequence() - first;
                    if (message.type() != NetlinkMessages.ERROR || index < 0 || index > to - from) {
                        continue;
                    }
                    if (index == to - from) {
                        return;
                    }
                    errors[from + index] = message.errno();
                }
            }
        }
    }

    /// The kernel has answered most requests before sending them returns, so the clock is looked at only when there is
    /// something to wait for.
    private int receive(Netlink link) throws NetException {
        int count = link.receive(0);
        if (count > 0) {
            return count;
        }
        long now = Clocks.system().monotonicNs();
        if (!waiting) {
            waiting = true;
            deadlineNs = now + limitMs * 1_000_000;
        }
        count = link.receive(Math.max(0, (deadlineNs - now) / 1_000_000));
        if (count == 0) {
            throw NetException.timedOut("IPVS", limitMs);
        }
        return count;
    }

    private Netlink link() throws NetException {
        if (socket == null) {
            socket = opener.open();
            inFlight = Math.clamp(socket.receiveBytes() / REFUSAL_BYTES, 1, MOST_IN_FLIGHT);
        }
        return socket;
    }

    private interface Body {
        int run() throws NetException;
    }

    private int guarded(Body body) throws IpvsException {
        boolean whole = false;
        try {
            int result = body.run();
            whole = true;
            return result;
        } catch (NetException e) {
            throw new IpvsException(
                    e.errno() == 0 ? IpvsError.OTHER : new IpvsError(e.errno()),
                    e.errno() == Errno.ENOBUFS
                            ? "IPVS: answers of the kernel were lost: too many waited, or it has no memory"
                            : e.getMessage());
        } finally {
            if (!whole) {
                close();
            }
        }
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
