package io.muster.ipvs.cli;

import java.util.Optional;

/// The words `ipvsadm` understands: commands first, then options.
///
/// @see Part for the names options have in messages
enum Opt {
    ADD_SERVICE("add-service", "A"),
    EDIT_SERVICE("edit-service", "E"),
    DELETE_SERVICE("delete-service", "D"),
    FLUSH("clear", "C"),
    LIST("list", "Ll"),
    ADD_SERVER("add-server", "a"),
    EDIT_SERVER("edit-server", "e"),
    DELETE_SERVER("delete-server", "d"),
    ZERO("zero", "Z"),
    RESTORE("restore", "R"),
    SAVE("save", "S"),
    SET("set", ""),
    START_DAEMON("start-daemon", "", Argument.REQUIRED),
    STOP_DAEMON("stop-daemon", "", Argument.REQUIRED),
    HELP("help", "h"),
    VERSION("version", "v"),

    TCP("tcp-service", "t", Argument.REQUIRED, Part.SERVICE),
    UDP("udp-service", "u", Argument.REQUIRED, Part.SERVICE),
    SCTP("sctp-service", "", Argument.REQUIRED, Part.SERVICE),
    FWMARK("fwmark-service", "f", Argument.REQUIRED, Part.SERVICE),
    IPV6("ipv6", "6"),
    SCHEDULER("scheduler", "s", Argument.REQUIRED, Part.SCHEDULER),
    PERSISTENT("persistent", "p", Argument.OPTIONAL, Part.PERSISTENT),
    NETMASK("netmask", "M", Argument.REQUIRED, Part.NETMASK),
    REAL_SERVER("real-server", "r", Argument.REQUIRED, Part.SERVER),
    GATEWAYING("gatewaying", "g", Argument.NONE, Part.FORWARD),
    IPIP("ipip", "i", Argument.NONE, Part.FORWARD),
    MASQUERADING("masquerading", "m", Argument.NONE, Part.FORWARD),
    WEIGHT("weight", "w", Argument.REQUIRED, Part.WEIGHT),
    U_THRESHOLD("u-threshold", "x", Argument.REQUIRED, Part.U_THRESHOLD),
    L_THRESHOLD("l-threshold", "y", Argument.REQUIRED, Part.L_THRESHOLD),
    NUMERIC("numeric", "n", Argument.NONE, Part.NUMERIC),
    CONNECTION("connection", "c", Argument.NONE, Part.CONNECTION),
    MCAST_INTERFACE("mcast-interface", "", Argument.REQUIRED, Part.MCAST_INTERFACE),
    TIMEOUT("timeout", "", Argument.NONE, Part.TIMEOUT),
    DAEMON("daemon", "", Argument.NONE, Part.DAEMON),
    STATS("stats", "", Argument.NONE, Part.STATS),
    RATE("rate", "", Argument.NONE, Part.RATE),
    THRESHOLDS("thresholds", "", Argument.NONE, Part.THRESHOLDS),
    PERSISTENT_CONN("persistent-conn", "", Argument.NONE, Part.PERSISTENT_CONN),
    NOSORT("nosort", "", Argument.NONE, Part.NOSORT),
    SORT("sort", ""),
    SYNCID("syncid", "", Argument.REQUIRED, Part.SYNCID),
    EXACT("exact", "", Argument.NONE, Part.EXACT),
    OPS("ops", "o", Argument.NONE, Part.OPS),
    PE("pe", "", Argument.REQUIRED, Part.PE),
    SCHED_FLAGS("sched-flags", "b", Argument.REQUIRED, Part.SCHED_FLAGS),
    MCAST_GROUP("mcast-group", "", Argument.REQUIRED, Part.MCAST_GROUP),
    MCAST_PORT("mcast-port", "", Argument.REQUIRED, Part.MCAST_PORT),
    MCAST_TTL("mcast-ttl", "", Argument.REQUIRED, Part.MCAST_TTL),
    SYNC_MAXLEN("sync-maxlen", "", Argument.REQUIRED, Part.SYNC_MAXLEN),
    TUN_INFO("tun-info", "", Argument.NONE, Part.TUN_INFO),
    TUN_TYPE("tun-type", "", Argument.REQUIRED, Part.TUN_TYPE),
    TUN_PORT("tun-port", "", Argument.REQUIRED, Part.TUN_PORT),
    TUN_NOCSUM("tun-nocsum", "", Argument.NONE, Part.TUN_NOCSUM),
    TUN_CSUM("tun-csum", "", Argument.NONE, Part.TUN_CSUM),
    TUN_REMCSUM("tun-remcsum", "", Argument.NONE, Part.TUN_REMCSUM);

    enum Argument {
        NONE,
        OPTIONAL,
        REQUIRED
    }

    private final String longName;
    private final String letters;
    private final Argument argument;
    private final Optional<Part> part;

    Opt(String longName, String letters) {
        this(longName, letters, Argument.NONE);
    }

    Opt(String longName, String letters, Argument argument) {
        this.longName = longName;
        this.letters = letters;
        this.argument = argument;
        this.part = Optional.empty();
    }

    Opt(String longName, String letters, Argument argument, Part part) {
        this.longName = longName;
        this.letters = letters;
        this.argument = argument;
        this.part = Optional.of(part);
    }

    String longName() {
        return longName;
    }

    /// All that mean it, each alone.
    String letters() {
        return letters;
    }

    Argument argument() {
        return argument;
    }

    /// Empty for commands, and for options that may be repeated and stand anywhere.
    Optional<Part> part() {
        return part;
    }
}
