package io.muster.ipvs;

import io.muster.core.MalformedMessage;
import io.muster.net.IpAddress;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;

/// Synchronisation messages of the kernel's IPVS, version 1, as they go over UDP.
///
/// | offset | header, 8 octets |
/// |---|---|
/// | 0 | 0 (where version 0 has its count) |
/// | 1 | sync id |
/// | 2 | u16 size of the message |
/// | 4 | count of entries |
/// | 5 | version, 1 |
/// | 6 | u16 unused |
///
/// Entries follow, each padded to a multiple of 4:
///
/// | offset | entry of 36 octets, for IPv6 of 72 |
/// |---|---|
/// | 0 | bit 0: IPv6 |
/// | 1 | protocol |
/// | 2 | u16: 4 bits of version (0), 12 bits of size, options included |
/// | 4 | u32 flags |
/// | 8 | u16 state |
/// | 10, 12, 14 | u16 ports of client, service, server |
/// | 16 | u32 fwmark |
/// | 20 | u32 timeout in seconds |
/// | 24 | addresses of client, service, server: 4 or 16 octets each |
///
/// Options (type, length, data) may follow the fixed part: sequence adjustment, persistence engine. They are skipped
/// and never written. Source: section 3.9 of our notes, octets captured from Linux 6.1.
public final class SyncCodec {
    /// What fits an Ethernet frame: the kernel's own limit.
    public static final int MAX_BYTES = 1472;

    public static final int HEADER_BYTES = 8;
    public static final int ENTRY_BYTES = 36;
    public static final int ENTRY6_BYTES = 72;

    private static final int MAX_ENTRIES = 255;
    private static final int IPV6 = 1;

    private SyncCodec() {}

    /// Octets of an entry as [#encode] writes it.
    public static int bytes(SyncEntry entry) {
        return entry.v6() ? ENTRY6_BYTES : ENTRY_BYTES;
    }

    /// @throws IllegalArgumentException for more than 255 entries, or an IPv6 connection to an IPv4 server (the
    ///     protocol has no form for it)
    public static byte[] encode(SyncMessage message) {
        List<SyncEntry> entries = message.entries();
        if (entries.size() > MAX_ENTRIES) {
            throw new IllegalArgumentException(entries.size() + " entries in a message");
        }
        int size = HEADER_BYTES + entries.stream().mapToInt(SyncCodec::bytes).sum();
        var out = new Output(size);
        out.u8(0).u8(message.syncId()).u16(size).u8(entries.size()).u8(1).u16(0);
        entries.forEach(entry -> entry(out, entry));
        return out.toBytes();
    }

    private static void entry(Output out, SyncEntry entry) {
        if (entry.virtual().v6() != entry.v6() || entry.destination().v6() != entry.v6()) {
            throw new IllegalArgumentException("addresses of two families: " + entry);
        }
        out.u8(entry.v6() ? IPV6 : 0)
                .u8(entry.protocol())
                .u16(bytes(entry))
                .i32(entry.flags())
                .u16(entry.state())
                .u16(entry.clientPort())
                .u16(entry.virtualPort())
                .u16(entry.destinationPort())
                .i32(entry.fwmark())
                .i32(entry.timeoutS())
                .raw(entry.client().octets())
                .raw(entry.virtual().octets())
                .raw(entry.destination().octets());
    }

    /// @throws MalformedMessage for anything else than a version 1 message, whole
    public static SyncMessage decode(byte[] octets) throws MalformedMessage {
        var in = new Input(octets);
        int reserved = in.u8();
        if (reserved != 0) {
            throw new MalformedMessage("a version 0 message, or none: begins with " + reserved);
        }
        int syncId = in.u8();
        int size = in.u16();
        int count = in.u8();
        int version = in.u8();
        in.u16();
        if (version != 1) {
            throw new MalformedMessage("version " + version);
        }
        if (size != octets.length) {
            throw new MalformedMessage("says " + size + " octets, has " + octets.length);
        }
        var entries = new ArrayList<SyncEntry>();
        for (int i = 0; i < count; i++) {
            entries.add(entry(in));
        }
        in.end();
        return new SyncMessage(syncId, entries);
    }

    private static SyncEntry entry(Input in) throws MalformedMessage {
        int before = in.remaining();
        boolean v6 = (in.u8() & IPV6) != 0;
        int protocol = in.u8();
        int versionAndSize = in.u16();
        int size = versionAndSize & 0xfff;
        if (versionAndSize >> 12 != 0) {
            throw new MalformedMessage("entry of version " + (versionAndSize >> 12));
        }
        int fixed = v6 ? ENTRY6_BYTES : ENTRY_BYTES;
        if (size < fixed) {
            throw new MalformedMessage("entry of " + size + " octets");
        }
        int flags = in.i32();
        int state = in.u16();
        int clientPort = in.u16();
        int virtualPort = in.u16();
        int destinationPort = in.u16();
        int fwmark = in.i32();
        int timeoutS = in.u32(Integer.MAX_VALUE);
        int octets = v6 ? 16 : 4;
        var entry = new SyncEntry(
                protocol,
                flags,
                state,
                IpAddress.of(in.raw(octets)),
                clientPort,
                IpAddress.of(in.raw(octets)),
                virtualPort,
                IpAddress.of(in.raw(octets)),
                destinationPort,
                fwmark,
                timeoutS);
        skipOptions(in, size - fixed);
        // The padding belongs to the next entry: the kernel doesn't send it behind the last.
        in.raw(Math.min(in.remaining(), -(before - in.remaining()) & 3));
        return entry;
    }

    private static void skipOptions(Input in, int octets) throws MalformedMessage {
        var options = new Input(in.raw(octets));
        while (options.remaining() > 0) {
            options.u8();
            options.raw(options.u8());
        }
    }
}
