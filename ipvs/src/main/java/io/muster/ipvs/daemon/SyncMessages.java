package io.muster.ipvs.daemon;

import io.muster.ipvs.SyncCodec;
import io.muster.ipvs.SyncEntry;
import io.muster.ipvs.SyncMessage;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Entries, packed into messages: the urgent first, else as they come. With a memory of which have been: sixteen bits
/// for each, so that one in a hundred that is new is taken for one that has been.
///
/// Thread: one.
final class SyncMessages {
    /// Where a message has its count of entries.
    static final int COUNT_AT = 4;

    private static final int LEAST_BITS = 1 << 12;

    private final int syncId;
    private final int bits;
    private final BitSet seen = new BitSet();
    private final Packer urgent = new Packer();
    private final Packer others = new Packer();
    private long total;
    private long firstPass;

    /// @param expected entries, more or less
    SyncMessages(int syncId, long expected) {
        this.syncId = syncId;
        this.bits = (int) Math.min(1 << 30, Math.max(LEAST_BITS, expected * 16));
    }

    void add(SyncEntry entry, boolean isUrgent) {
        long hash = hash(entry);
        seen.set(first(hash));
        seen.set(second(hash));
        firstPass++;
        pack(entry, isUrgent);
    }

    void addUnlessSeen(SyncEntry entry, boolean isUrgent) {
        long hash = hash(entry);
        if (!seen.get(first(hash)) || !seen.get(second(hash))) {
            pack(entry, isUrgent);
        }
    }

    /// Entries in all messages.
    long entries() {
        return total;
    }

    /// Those that came by [#add].
    long firstPass() {
        return firstPass;
    }

    /// All of them; the last of each kind may be short.
    List<byte[]> messages() {
        var all = new ArrayList<>(urgent.messages());
        all.addAll(others.messages());
        return all;
    }

    private void pack(SyncEntry entry, boolean isUrgent) {
        (isUrgent ? urgent : others).pack(entry);
        total++;
    }

    private final class Packer {
        private final List<byte[]> messages = new ArrayList<>();
        private final List<SyncEntry> entries = new ArrayList<>();
        private int size = SyncCodec.HEADER_BYTES;

        void pack(SyncEntry entry) {
            int more = SyncCodec.bytes(entry);
            if (size + more > SyncCodec.MAX_BYTES) {
                flush();
            }
            entries.add(entry);
            size += more;
        }

        List<byte[]> messages() {
            flush();
            return messages;
        }

        private void flush() {
            if (!entries.isEmpty()) {
                messages.add(SyncCodec.encode(new SyncMessage(syncId, entries)));
                entries.clear();
                size = SyncCodec.HEADER_BYTES;
            }
        }
    }

    private int first(long hash) {
        return (int) (hash & 0x7fff_ffff) % bits;
    }

    private int second(long hash) {
        return (int) (hash >>> 33) % bits;
    }

    private static long hash(SyncEntry entry) {
        long hash = mix(entry.protocol() * 31L + (entry.template() ? 1 : 0));
        hash = mix(mix(hash, entry.client()) + entry.clientPort());
        return mix(mix(hash, entry.virtual()) + entry.virtualPort());
    }

    private static long mix(long hash, IpAddress address) {
        return mix(mix(hash ^ address.high()) ^ address.low());
    }

    /// The finalizer of splitmix64.
    private static long mix(long value) {
        long z = value + 0x9e37_79b9_7f4a_7c15L;
        z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }
}
