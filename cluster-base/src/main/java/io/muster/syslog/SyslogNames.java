package io.muster.syslog;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The words of syslog(3) and syslog.conf(5) and their numbers, which are the same everywhere (RFC 3164, 4.1.1).
public final class SyslogNames {
    private static final List<String> PRIORITIES =
            List.of("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug");

    private static final Map<String, Integer> OLD_PRIORITIES = Map.of("panic", 0, "error", 3, "warn", 4);

    private static final List<String> FACILITIES = List.of(
            "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp");

    private static final int LOCAL0 = 16;

    private SyslogNames() {}

    /// `info`, `debug`, and the old words `panic`, `error`, `warn`; case doesn't matter.
    public static OptionalInt priority(String name) {
        String word = name.toLowerCase(Locale.ROOT);
        int number = PRIORITIES.indexOf(word);
        return number < 0 ? of(OLD_PRIORITIES.get(word)) : OptionalInt.of(number);
    }

    /// `daemon`, `local4`; case doesn't matter.
    public static OptionalInt facility(String name) {
        return of(facilities().get(name.toLowerCase(Locale.ROOT)));
    }

    /// All facilities by name.
    public static Map<String, Integer> facilities() {
        var all = new TreeMap<String, Integer>();
        FACILITIES.forEach(name -> all.put(name, FACILITIES.indexOf(name)));
        for (int i = 0; i < 8; i++) {
            all.put("local" + i, LOCAL0 + i);
        }
        return all;
    }

    private static OptionalInt of(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
