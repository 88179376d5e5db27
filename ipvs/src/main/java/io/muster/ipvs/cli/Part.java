package io.muster.ipvs.cli;

import java.util.Locale;

/// What may be said once in a command line, by the name messages give it. The order is the one in which the original
/// looks for what is missing or out of place.
enum Part {
    NUMERIC,
    CONNECTION,
    SERVICE("service-address"),
    SCHEDULER,
    PERSISTENT,
    NETMASK,
    SERVER("real-server"),
    FORWARD("forwarding-method"),
    WEIGHT,
    U_THRESHOLD,
    L_THRESHOLD,
    MCAST_INTERFACE,
    TIMEOUT,
    DAEMON,
    STATS,
    RATE,
    THRESHOLDS,
    PERSISTENT_CONN,
    NOSORT,
    SYNCID,
    EXACT,
    OPS,
    PE,
    SCHED_FLAGS,
    MCAST_GROUP,
    MCAST_PORT,
    MCAST_TTL,
    SYNC_MAXLEN,
    TUN_INFO,
    TUN_TYPE,
    TUN_PORT,
    TUN_NOCSUM,
    TUN_CSUM,
    TUN_REMCSUM;

    private final String word;

    Part() {
        word = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Part(String word) {
        this.word = word;
    }

    String word() {
        return word;
    }
}
