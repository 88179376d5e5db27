package io.muster.driver;

import java.util.List;

/// 64 bits of what a step decided. Octets beyond the record's limit count by their length alone: in a replay they
/// are zeros where the core only passes them on.
final class EffectsHash {
    private EffectsHash() {}

    static long of(RecordCodec codec, List<?> effects, int payloadLimit) {
        if (effects.isEmpty()) {
            return 0;
        }
        byte[] octets = codec.canonical(effects, payloadLimit);
        long hash = 0xcbf2_9ce4_8422_2325L;
        for (byte octet : octets) {
            hash = (hash ^ (octet & 0xff)) * 0x0000_0100_0000_01b3L;
        }
        return hash;
    }
}
