package io.muster.ipvs;

import java.nio.ByteBuffer;

/// A number for what `/proc/net/ip_vs` says of services, destinations, forwarding and weights, whatever the
/// connection counts. The file's lines are fields between blanks:
///
/// ```
/// TCP  0A010101:0050 wrr persistent 75000 FFFFFF00
///   -> 0A09000B:1F90      Masq    4      0          0
/// ```
///
/// A line beginning with `->` counts up to its fourth field, others whole. Octets may come in pieces of any size. Does
/// no I/O. Thread: the owner's.
public final class TableFingerprint {
    private static final long PRIME = 0x100000001b3L;
    private static final int FIELDS = 4;

    private long hash = 0xcbf29ce484222325L;
    private int field;
    private boolean inField;
    private boolean destination;
    private boolean dash;

    /// Takes what is between position and limit.
    public void update(ByteBuffer octets) {
        int end = octets.limit();
        for (int i = octets.position(); i < end; i++) {
            update(octets.get(i));
        }
        octets.position(end);
    }

    private void update(byte octet) {
        if (octet == '\n') {
            mix(octet);
            field = 0;
            inField = false;
            destination = false;
            dash = false;
        } else if (octet == ' ') {
            if (inField && !(destination && field > FIELDS)) {
                mix(octet);
            }
            inField = false;
        } else {
            if (!inField) {
                inField = true;
                field++;
            }
            destination |= field == 1 && dash && octet == '>';
            dash = field == 1 && octet == '-';
            if (!(destination && field > FIELDS)) {
                mix(octet);
            }
        }
    }

    private void mix(byte octet) {
        hash = (hash ^ octet) * PRIME;
    }

    public long value() {
        long h = hash;
        h = (h ^ h >>> 33) * 0xff51afd7ed558ccdL;
        h = (h ^ h >>> 33) * 0xc4ceb9fe1a85ec53L;
        return h ^ h >>> 33;
    }
}
