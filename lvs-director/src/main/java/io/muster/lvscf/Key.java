package io.muster.lvscf;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A word that may stand before `=`, and what may stand behind it.
///
/// @param words the values of a [Shape#WORD]
/// @param low least number
/// @param high greatest number
record Key(String name, Shape shape, List<String> words, long low, long high) {
    /// Kinds of values.
    enum Shape {
        INTEGER,
        /// 0 or 1.
        FLAG,
        /// Seconds, or milliseconds as `200ms`; kept in milliseconds.
        DURATION,
        HOST,
        /// An address and a device.
        PLACED,
        MASK,
        /// A port's number or a TCP service's name.
        PORT,
        /// One word, or text in quotes.
        TEXT,
        WORD,
        /// Names with commas, as ipvsadm's `-b` takes them; kept as flags of a virtual service.
        SCHEDULER_FLAGS,
        /// HTTP statuses and ranges of them: `200-299,301`, or with blanks between.
        STATUSES,
        /// `[ a b ]`
        LIST,
        /// Written by the original's web interface and refused by its own parser.
        IGNORED
    }

    private static final long SECONDS = 31_536_000;

    /// Every scheduler of the kernel.
    static final List<String> SCHEDULERS =
            List.of("rr", "wrr", "lc", "wlc", "lblc", "lblcr", "dh", "sh", "sed", "nq", "fo", "ovf", "mh", "twos");

    static final Map<String, Key> GLOBAL = Collections.unmodifiableMap(table(
            number("serial_no", 0, Integer.MAX_VALUE),
            key("primary", Shape.HOST),
            key("primary_private", Shape.HOST),
            key("primary_shared", Shape.HOST),
            key("backup", Shape.HOST),
            key("backup_private", Shape.HOST),
            key("backup_shared", Shape.HOST),
            key("backup_active", Shape.FLAG),
            key("heartbeat", Shape.FLAG),
            key("heartbeat_port", Shape.PORT, 1, 65535),
            words("heartbeat_format", "muster", "original"),
            key("keepalive", Shape.DURATION, 1, SECONDS),
            key("deadtime", Shape.DURATION, 1, SECONDS),
            key("preempt", Shape.FLAG),
            key("preempt_wait", Shape.DURATION, 0, SECONDS),
            words("network", "nat", "direct", "tunnel"),
            key("nat_router", Shape.PLACED),
            key("nat_nmask", Shape.MASK),
            words("rsh_command", "rsh", "ssh"),
            words("service", "lvs", "fos"),
            words("reservation_conflict_action", "nothing", "preempt"),
            key("debug_level", Shape.TEXT),
            key("ipvsadm", Shape.TEXT),
            key("sync", Shape.FLAG),
            number("monitor_links", Integer.MIN_VALUE, Integer.MAX_VALUE),
            number("syncdaemon", Integer.MIN_VALUE, Integer.MAX_VALUE),
            key("syncd_iface", Shape.TEXT),
            number("syncd_id", 0, Integer.MAX_VALUE),
            number("tcp_timeout", 0, SECONDS),
            number("tcpfin_timeout", 0, SECONDS),
            number("udp_timeout", 0, SECONDS),
            key("hard_shutdown", Shape.FLAG),
            key("drain_on_removal", Shape.FLAG),
            key("active_cmd", Shape.TEXT),
            key("inactive_cmd", Shape.TEXT)));

    private static final List<Key> BOTH = List.of(
            key("active", Shape.FLAG),
            key("address", Shape.PLACED),
            key("vip_nmask", Shape.MASK),
            key("sorry_server", Shape.HOST),
            number("fwmark", 0, 0xffff_ffffL),
            words("protocol", "tcp", "udp", "sctp"),
            key("port", Shape.PORT, 0, 65535),
            new Key("scheduler", Shape.WORD, SCHEDULERS, 0, 0),
            new Key("sched_flags", Shape.SCHEDULER_FLAGS, List.of(), 0, 0),
            key("ops", Shape.FLAG),
            number("persistent", 0, SECONDS),
            key("pmask", Shape.MASK),
            key("send", Shape.TEXT),
            key("expect", Shape.TEXT),
            key("use_regex", Shape.FLAG),
            key("send_program", Shape.TEXT),
            key("expect_program", Shape.IGNORED),
            key("client_monitor", Shape.TEXT),
            words("load_monitor", "none", "rup", "ruptime", "uptime"),
            key("timeout", Shape.DURATION, 1, SECONDS),
            key("reentry", Shape.DURATION, 0, SECONDS),
            number("retry", 0, 1000),
            key("quiesce_server", Shape.FLAG),
            key("start_cmd", Shape.TEXT),
            key("stop_cmd", Shape.TEXT),
            key("master", Shape.TEXT),
            key("dirs", Shape.LIST),
            words("check", "connect", "http", "https", "dns", "smtp", "ping"),
            key("check_path", Shape.TEXT),
            key("check_status", Shape.STATUSES, 100, 599),
            key("check_digest", Shape.TEXT),
            key("virtualhost", Shape.TEXT),
            key("checkport", Shape.PORT, 1, 65535),
            key("notify_up", Shape.TEXT),
            key("notify_down", Shape.TEXT),
            key("quorum_up", Shape.TEXT),
            key("quorum_down", Shape.TEXT));

    /// Of a server, and of a virtual for all its servers.
    private static final List<Key> DESTINATIONS = List.of(
            number("u_threshold", 0, Integer.MAX_VALUE),
            number("l_threshold", 0, Integer.MAX_VALUE),
            words("tun_type", "ipip", "gue", "gre"),
            number("tun_port", 1, 65535),
            key("tun_nocsum", Shape.FLAG),
            key("tun_csum", Shape.FLAG),
            key("tun_remcsum", Shape.FLAG));

    static final Map<String, Key> VIRTUAL = Collections.unmodifiableMap(with("deadtime"));
    static final Map<String, Key> FAILOVER = Collections.unmodifiableMap(with("heartbeat"));

    static final Map<String, Key> SERVER = Collections.unmodifiableMap(servers());

    Key {
        words = List.copyOf(words);
    }

    private static Key key(String name, Shape shape) {
        return new Key(name, shape, List.of(), 0, 1);
    }

    private static Key key(String name, Shape shape, long low, long high) {
        return new Key(name, shape, List.of(), low, high);
    }

    private static Key number(String name, long low, long high) {
        return new Key(name, Shape.INTEGER, List.of(), low, high);
    }

    private static Key words(String name, String... words) {
        return new Key(name, Shape.WORD, List.of(words), 0, 0);
    }

    private static Map<String, Key> servers() {
        Map<String, Key> table = table(
                key("address", Shape.HOST),
                key("active", Shape.FLAG),
                number("port", 0, 65535),
                number("weight", 0, Integer.MAX_VALUE),
                key("connect_ip", Shape.HOST),
                key("checkport", Shape.PORT, 1, 65535),
                key("notify_up", Shape.TEXT),
                key("notify_down", Shape.TEXT));
        DESTINATIONS.forEach(key -> table.put(key.name, key));
        return table;
    }

    private static Map<String, Key> with(String ignored) {
        var table = new LinkedHashMap<String, Key>();
        BOTH.forEach(key -> table.put(key.name, key));
        DESTINATIONS.forEach(key -> table.put(key.name, key));
        table.put(ignored, key(ignored, Shape.IGNORED));
        return table;
    }

    private static Map<String, Key> table(Key... keys) {
        var table = new LinkedHashMap<String, Key>();
        for (Key key : keys) {
            table.put(key.name, key);
        }
        return table;
    }
}
