package io.muster.ipvs.cli;

import io.muster.ipvs.SyncDaemon;
import io.muster.net.IpAddress;
import java.util.Optional;

/// What a command line says of the synchronisation daemon.
final class DaemonArguments {
    /// A datagram of 65,535 octets without its IPv4 and UDP headers.
    private static final int MAX_BYTES = 65_535 - 20 - 8;

    private static final int INTERFACE_LENGTH = 15;

    private String mcastInterface = "eth0";
    private int syncId;
    private int maxBytes;
    private IpAddress group = SyncDaemon.DEFAULT_GROUP;
    private int port = SyncDaemon.DEFAULT_PORT;
    private int ttl = 1;

    void take(Opt option, String text) throws Refused {
        switch (option) {
            case MCAST_INTERFACE ->
                mcastInterface = text.length() > INTERFACE_LENGTH ? text.substring(0, INTERFACE_LENGTH) : text;
            case SYNCID -> syncId = number(text, 0, 255, "syncid");
            case MCAST_GROUP -> group = group(text);
            case MCAST_PORT -> port = number(text, 1, 0xffff, "mcast-port");
            case MCAST_TTL -> ttl = number(text, 1, 255, "mcast-ttl");
            case SYNC_MAXLEN -> maxBytes = number(text, 1, MAX_BYTES, "sync-maxlen");
            default -> throw new IllegalStateException("not the daemon's: " + option);
        }
    }

    int syncId() {
        return syncId;
    }

    SyncDaemon daemon(boolean master) {
        return new SyncDaemon(master, mcastInterface, syncId, maxBytes, group, port, ttl);
    }

    private static IpAddress group(String text) throws Refused {
        boolean v6 = text.indexOf(':') >= 0;
        Optional<IpAddress> parsed = IpAddress.parse(text)
                .filter(address -> v6 ? address.high() >>> 56 == 0xff : address.low() >>> 28 == 0xe);
        return parsed.orElseThrow(
                () -> Refused.words("invalid " + (v6 ? "IPv6" : "IPv4") + " mcast-group `" + text + "'"));
    }

    private static int number(String text, int min, int max, String what) throws Refused {
        return Texts.number(text, min, max).orElseThrow(() -> Refused.words("illegal " + what + " specified"));
    }
}
