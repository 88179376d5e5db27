package io.muster.driver;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Keeps passwords out of flight records: whatever stands behind a name like `passwd` is written as as many `x`.
///
/// It looks for `name="value"`, `name='value'` and `name=value` to the end of the line, which is how cluster.conf and
/// the input of fence agents say it, in texts and in octets that contain such text. Lengths stay, so a core that
/// only passes the value on decides the same in a replay.
///
/// Thread: any.
public final class Secrets {
    /// What the name of a secret attribute ends in, in lower case.
    private static final List<String> NAMES =
            List.of("passwd", "password", "passphrase", "community", "secret", "pwd", "passcode", "private_key");

    private static final int LONGEST = 64;
    private static final byte MASK = 'x';

    private Secrets() {}

    /// Whether an attribute of this name is one nobody may read.
    public static boolean secret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return NAMES.stream().anyMatch(lower::endsWith);
    }

    /// The same octets if there is nothing to hide, otherwise a copy with it hidden.
    public static byte[] mask(byte[] octets) {
        byte[] out = octets;
        for (int i = 4; i < octets.length; i++) {
            if (octets[i] == '=' && named(octets, i)) {
                int from = begin(octets, i + 1);
                int end = end(octets, from);
                if (from < end) {
                    if (out == octets) {
                        out = octets.clone();
                    }
                    Arrays.fill(out, from, end, MASK);
                    i = end - 1;
                }
            }
        }
        return out;
    }

    /// As [#mask(byte[])] for a text.
    public static String mask(String text) {
        if (text.indexOf('=') < 4) {
            return text;
        }
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        byte[] masked = mask(octets);
        return masked == octets ? text : new String(masked, StandardCharsets.UTF_8);
    }

    /// As many `x` as the value is long.
    static String hide(String value) {
        return "x".repeat(value.length());
    }

    private static boolean named(byte[] octets, int equals) {
        int to = equals;
        while (to > 0 && octets[to - 1] == ' ') {
            to--;
        }
        int from = to;
        while (from > 0 && to - from < LONGEST && letter(octets[from - 1])) {
            from--;
        }
        return to - from >= 3 && secret(new String(octets, from, to - from, StandardCharsets.ISO_8859_1));
    }

    private static boolean letter(byte octet) {
        return octet >= 'a' && octet <= 'z' || octet >= 'A' && octet <= 'Z' || octet == '_' || octet == '-';
    }

    private static boolean quote(byte octet) {
        return octet == '"' || octet == '\'';
    }

    private static int begin(byte[] octets, int from) {
        int start = from;
        while (start < octets.length && octets[start] == ' ') {
            start++;
        }
        return start < octets.length && quote(octets[start]) ? start + 1 : start;
    }

    /// Where the value ends: at its quote or the end of its line.
    private static int end(byte[] octets, int from) {
        byte stop = quote(octets[from - 1]) ? octets[from - 1] : (byte) '\n';
        int at = from;
        while (at < octets.length && octets[at] != stop && octets[at] != 0) {
            at++;
        }
        return at;
    }
}
