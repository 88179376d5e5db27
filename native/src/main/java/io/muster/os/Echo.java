package io.muster.os;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.function.Consumer;

/// Asks machines whether they are there by ICMP echo, many at once.
///
/// Works with a ping socket where the administrator allows the group one (`net.ipv4.ping_group_range`, icmp(7)),
/// otherwise with a raw socket, which needs CAP_NET_RAW. Each answer, refusal or time-out is told once, on this
/// object's own thread; nothing blocks.
///
/// Thread: any.
public final class Echo implements AutoCloseable {
    private static final int MOST = 0x8000;
    private static final int RECEIVE_BYTES = 2048;
    private static final int SOCKET_BUFFER = 1 << 20;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int MOST_FAILURES = 64;

    /// What came of one request.
    ///
    /// @param answered whether the machine answered in time
    /// @param tookNs from sending to the answer, or to giving up
    /// @param reason why it isn't answered, in words; "" if it is
    public record Result(boolean answered, long tookNs, String reason) {}

    private record Pending(int sequence, InetAddress to, long sentNs, long deadlineNs, Consumer<Result> done) {}

    private record Family(boolean v6, int fd, boolean raw) {}

    private final Map<Integer, Pending> pending = new HashMap<>();
    private final PriorityQueue<Pending> byDeadline =
            new PriorityQueue<>((a, b) -> Long.compare(a.deadlineNs - b.deadlineNs, 0));
    private final Family v4;
    private final Family v6;
    private final int identifier;
    private final long secret;
    private final ByteBuffer out = NetC.buffer(EchoFrames.LENGTH);
    private final ByteBuffer address = NetC.buffer(28);
    private final PollThread thread;
    private int sequence;
    private long wakesNs = Long.MAX_VALUE;
    private boolean sleepsForEver = true;
    private boolean closing;

    private Echo(Family v4, Family v6, Wake wake) {
        this.v4 = v4;
        this.v6 = v6;
        var random = new SecureRandom();
        this.identifier = random.nextInt(0x10000);
        this.secret = random.nextLong();
        this.thread = new PollThread("echo", wake, new Service());
    }

    /// @throws NetException when neither kind of socket is allowed
    public static Echo open() throws NetException {
        Family v4 = family(false);
        Family v6;
        try {
            v6 = family(true);
        } catch (NetException e) {
            // A machine without IPv6 still has the other.
            v6 = new Family(true, -1, false);
        }
        try {
            var echo = new Echo(v4, v6, new Wake(v4.fd, v6.fd));
            echo.thread.start();
            return echo;
        } catch (NetException e) {
            closeAll(v4, v6);
            throw e;
        }
    }

    private static Family family(boolean v6) throws NetException {
        int domain = v6 ? NetC.AF_INET6 : NetC.AF_INET;
        int protocol = v6 ? ICMPV6 : ICMP;
        int flags = NetC.SOCK_CLOEXEC | NetC.SOCK_NONBLOCK;
        int fd = NetC.socket(domain, NetC.SOCK_DGRAM | flags, protocol);
        boolean raw = fd < 0;
        if (raw) {
            fd = NetC.open("ICMP echo", domain, NetC.SOCK_RAW | NetC.SOCK_NONBLOCK, protocol);
        }
        NetC.setOption(fd, NetC.SOL_SOCKET, NetC.SO_RCVBUFFORCE, SOCKET_BUFFER);
        NetC.setOption(fd, NetC.SOL_SOCKET, NetC.SO_RCVBUF, SOCKET_BUFFER);
        return new Family(v6, fd, raw);
    }

    /// Sends one request; `done` is called once, whatever happens, unless this is closed before.
    ///
    /// @param to a literal address; an IPv6 link-local one needs its zone
    public void send(InetAddress to, Duration limit, Consumer<Result> done) {
        String refused;
        synchronized (this) {
            if (closing) {
                throw new IllegalStateException("closed");
            }
            long now = System.nanoTime();
            int number = free();
            var one = new Pending(number, to, now, now + limit.toNanos(), done);
            refused = number < 0 ? "too many requests without an answer" : request(to, number);
            if (refused.isEmpty()) {
                pending.put(number, one);
            } else {
                // Told from the thread like everything else, at once.
                one = new Pending(-1, to, now, now, result -> done.accept(new Result(false, 0, refused)));
            }
            byDeadline.add(one);
            if (sleepsForEver || one.deadlineNs - wakesNs < 0) {
                thread.wake();
            }
        }
    }

    private int free() {
        if (pending.size() >= MOST) {
            return -1;
        }
        do {
            sequence = sequence + 1 & 0xffff;
        } while (pending.containsKey(sequence));
        return sequence;
    }

    /// @return why the kernel wouldn't, or ""
    private String request(InetAddress to, int number) {
        byte[] octets = to.getAddress();
        Family family = octets.length == 16 ? v6 : v4;
        if (family.fd < 0) {
            return Errno.words(Errno.EAFNOSUPPORT);
        }
        EchoFrames.write(out, family.v6, identifier, number, secret);
        for (int i = 0; i < 28; i++) {
            address.put(i, (byte) 0);
        }
        address.putShort(0, (short) (family.v6 ? NetC.AF_INET6 : NetC.AF_INET));
        address.put(family.v6 ? 8 : 4, octets);
        if (to instanceof Inet6Address scoped) {
            address.putInt(24, scoped.getScopeId());
        }
        int length = family.v6 ? 28 : 16;
        long sent =
                NetC.sendto(family.fd, NetC.at(out), EchoFrames.LENGTH, NetC.MSG_DONTWAIT, NetC.at(address), length);
        return sent < 0 ? Errno.words(Native.getLastError()) : "";
    }

    private synchronized long nextMs() {
        Pending first = byDeadline.peek();
        sleepsForEver = first == null;
        wakesNs = first == null ? Long.MAX_VALUE : first.deadlineNs;
        // Rounded up: woken a little late, never again and again too early.
        return first == null ? -1 : Math.max(0, (wakesNs - System.nanoTime() + 999_999) / 1_000_000);
    }

    private void take(Family family, ByteBuffer in, ByteBuffer from) {
        if (family.fd < 0) {
            return;
        }
        Pointer inAt = NetC.at(in);
        Pointer fromAt = NetC.at(from);
        for (int failures = 0; failures < MOST_FAILURES; ) {
            from.putInt(28, 28);
            long length = NetC.recvfrom(family.fd, inAt, in.capacity(), NetC.MSG_DONTWAIT, fromAt, fromAt.share(28));
            if (length < 0) {
                if (Native.getLastError() == Errno.EAGAIN) {
                    return;
                }
                // What went wrong with an earlier packet is told here; the next may be a reply.
                failures++;
            } else {
                OptionalInt number = EchoFrames.reply(in, (int) length, family.v6, family.raw && !family.v6, secret);
                byte[] octets = new byte[family.v6 ? 16 : 4];
                from.get(family.v6 ? 8 : 4, octets);
                number.ifPresent(n -> answered(n, octets));
            }
        }
    }

    private void answered(int number, byte[] from) {
        Pending one;
        synchronized (this) {
            one = pending.get(number);
            if (one == null || !Arrays.equals(one.to.getAddress(), from)) {
                return;
            }
            pending.remove(number);
        }
        one.done.accept(new Result(true, System.nanoTime() - one.sentNs, ""));
    }

    private void expire() {
        while (true) {
            Pending one;
            long now = System.nanoTime();
            synchronized (this) {
                one = byDeadline.peek();
                if (one == null || one.deadlineNs - now > 0) {
                    return;
                }
                byDeadline.remove();
                // One that was answered stays in the queue until its time: taking it out would mean searching it.
                if (one.sequence >= 0 && !pending.remove(one.sequence, one)) {
                    continue;
                }
            }
            one.done.accept(new Result(false, now - one.sentNs, "no answer in time"));
        }
    }

    private static void closeAll(Family... families) {
        for (Family family : families) {
            if (family.fd >= 0) {
                NetC.close(family.fd);
            }
        }
    }

    /// Ends it. What is unanswered is forgotten.
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
        }
        thread.end();
    }

    private final class Service implements PollThread.Served {
        private final ByteBuffer in = NetC.buffer(RECEIVE_BYTES);
        private final ByteBuffer from = NetC.buffer(32);

        @Override
        public long waitMs() {
            return nextMs();
        }

        @Override
        public void serve() {
            take(v4, in, from);
            take(v6, in, from);
            expire();
        }

        @Override
        public void ended() {
            synchronized (Echo.this) {
                // Nothing is sent by descriptors that are somebody else's by now.
                closing = true;
                closeAll(v4, v6);
            }
        }
    }
}
