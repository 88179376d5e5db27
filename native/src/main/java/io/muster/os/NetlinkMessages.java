package io.muster.os;

import java.nio.ByteBuffer;

/// The messages of one datagram, one after another. Every length is checked before anything is read: what doesn't fit
/// is a [NetException], never another one. Does no I/O. Thread: the owner's.
public final class NetlinkMessages {
    /// Answer to a request: its error number, 0 for done.
    public static final int ERROR = 2;
    /// End of a dump.
    public static final int DONE = 3;

    /// Part of a dump.
    public static final int MULTI = 2;
    /// The table changed while it was being dumped.
    public static final int DUMP_INTERRUPTED = 0x10;

    private static final int NOOP = 1;
    private static final int CAPPED = 0x100;
    private static final int HAS_TLVS = 0x200;
    private static final int REASON = 1;

    private final ByteBuffer datagram;
    private final byte[] octets;
    private final int limit;
    private int from;
    private int to;
    private int next;

    /// @param datagram in the machine's order; cheapest with an array of its own
    public NetlinkMessages(ByteBuffer datagram) {
        this.datagram = datagram;
        this.octets = NativeOctets.of(datagram);
        this.limit = datagram.limit();
    }

    /// Moves to the next message.
    ///
    /// @return false after the last
    public boolean next() throws NetException {
        do {
            from = next;
            int left = limit - from;
            if (left <= 0) {
                return false;
            }
            int length = left < NetlinkWriter.HEADER_BYTES ? left : NativeOctets.i32(octets, from);
            if (length < NetlinkWriter.HEADER_BYTES || length > left) {
                throw malformed("a message of " + length + " octets where " + left + " are left");
            }
            to = from + length;
            next = from + (length + 3 & ~3);
        } while (type() == NOOP);
        return true;
    }

    public int type() {
        return NativeOctets.u16(octets, from + 4);
    }

    public int flags() {
        return NativeOctets.u16(octets, from + 6);
    }

    public int sequence() {
        return NativeOctets.i32(octets, from + 8);
    }

    /// Where what follows the header begins, as an index of the datagram.
    public int begin() {
        return from + NetlinkWriter.HEADER_BYTES;
    }

    /// Where the message ends.
    public int end() {
        return to;
    }

    /// The positive error number of an [#ERROR], 0 for done; of a [#DONE] that of the dump.
    public int errno() throws NetException {
        if (to - begin() < 4) {
            if (type() == DONE) {
                return 0;
            }
            throw malformed("an error of " + (to - begin()) + " octets");
        }
        int error = NativeOctets.i32(octets, begin());
        if (error > 0 || error < -4095) {
            throw malformed("error number " + error);
        }
        return -error;
    }

    /// The kernel's own words about an [#ERROR], "" when it has none (kernels before 4.12, most errors).
    public String reason() throws NetException {
        if (type() != ERROR || (flags() & HAS_TLVS) == 0) {
            return "";
        }
        // The request's header follows the number, and the request unless it was left off.
        int at = begin() + 4;
        int skip = NetlinkWriter.HEADER_BYTES;
        if ((flags() & CAPPED) == 0 && to - at >= NetlinkWriter.HEADER_BYTES) {
            skip = NativeOctets.i32(octets, at);
            if (skip < NetlinkWriter.HEADER_BYTES || skip > to - at) {
                throw malformed("a refused request of " + skip + " octets");
            }
        }
        var attributes = new NetlinkAttributes(REASON);
        attributes.read(datagram, Math.min(at + (skip + 3 & ~3), to), to);
        return attributes.has(REASON) ? attributes.string(REASON) : "";
    }

    static NetException malformed(String what) {
        return new NetException(0, "the kernel's answer makes no sense: " + what);
    }
}
