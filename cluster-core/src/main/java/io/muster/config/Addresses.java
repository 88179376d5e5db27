package io.muster.config;

import java.net.Inet6Address;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is wrong with what should be an address, in words; empty if nothing is. Asks no resolver.
final class Addresses {
    private static final Pattern FOUR =
            Pattern.compile("([0-9]{1,10})\\.([0-9]{1,10})\\.([0-9]{1,10})\\.([0-9]{1,10})");
    private static final Pattern HOST = Pattern.compile(
            "[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?" + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\\.?");
    private static final int HOST_MAX = 255;

    private Addresses() {}

    /// An IPv4 or IPv6 address and, behind a slash, the length of its network's prefix.
    static String wrongWithPrefix(String value) {
        int slash = value.indexOf('/');
        String address = slash < 0 ? value : value.substring(0, slash);
        String wrong = wrong(address);
        if (!wrong.isEmpty() || slash < 0) {
            return wrong;
        }
        int bits = address.contains(":") ? 128 : 32;
        String prefix = value.substring(slash + 1);
        return SchemaCheck.number(prefix, 0, bits).isEmpty() ? "" : "the prefix behind / must be 0 to " + bits;
    }

    /// An IPv4 or IPv6 address, as numbers.
    static String wrong(String value) {
        if (value.contains(":")) {
            try {
                Inet6Address.ofLiteral(value);
                return "";
            } catch (IllegalArgumentException e) {
                return "must be an IPv6 address";
            }
        }
        Matcher four = FOUR.matcher(value);
        if (!four.matches()) {
            return "must be an IPv4 or IPv6 address";
        }
        for (int i = 1; i <= 4; i++) {
            if (!SchemaCheck.number(four.group(i), 0, 255).isEmpty()) {
                return "each part of an IPv4 address must be 0 to 255";
            }
            if (four.group(i).length() > 1 && four.group(i).startsWith("0")) {
                return "an IPv4 address must have no leading zeros: programs take them for octal";
            }
        }
        return "";
    }

    /// An address of many.
    static String wrongMulticast(String value) {
        String wrong = wrong(value);
        if (!wrong.isEmpty()) {
            return wrong;
        }
        int first = value.contains(":") ? 0 : Integer.parseInt(value.substring(0, value.indexOf('.')));
        boolean many = value.contains(":")
                ? value.regionMatches(true, 0, "ff", 0, 2) && value.indexOf(':') == 4
                : first >= 224 && first <= 239;
        return many ? "" : "must be a multicast address: 224.0.0.0 to 239.255.255.255, or one that begins with ff";
    }

    /// The name or the address of a machine.
    static String wrongHost(String value) {
        if (value.contains(":") || value.matches("[0-9.]+")) {
            return wrong(value);
        }
        if (value.length() > HOST_MAX) {
            return value.length() + " characters, a host's name has at most " + HOST_MAX;
        }
        return HOST.matcher(value).matches() ? "" : "can't be the name of a host, nor its address";
    }
}
