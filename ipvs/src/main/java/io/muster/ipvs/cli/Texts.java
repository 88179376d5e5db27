package io.muster.ipvs.cli;

import io.muster.net.IpAddress;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Numbers and addresses as the C library reads them.
final class Texts {
    private Texts() {}

    /// strtol(3) with base 10 over the whole text: blanks before it and a sign are fine, nothing behind it.
    static OptionalLong number(String text, long min, long max) {
        int at = 0;
        while (at < text.length() && blank(text.charAt(at))) {
            at++;
        }
        boolean negative = at < text.length() && text.charAt(at) == '-';
        if (at < text.length() && (negative || text.charAt(at) == '+')) {
            at++;
        }
        if (at == text.length()) {
            return OptionalLong.empty();
        }
        long value = 0;
        for (; at < text.length(); at++) {
            int digit = text.charAt(at) - '0';
            if (digit < 0 || digit > 9) {
                return OptionalLong.empty();
            }
            // All limits are far below; what is above them needn't be exact.
            value = Math.min(value * 10 + digit, Long.MAX_VALUE / 100);
        }
        value = negative ? -value : value;
        return value < min || value > max ? OptionalLong.empty() : OptionalLong.of(value);
    }

    static OptionalInt number(String text, int min, int max) {
        OptionalLong value = number(text, (long) min, (long) max);
        return value.isPresent() ? OptionalInt.of((int) value.getAsLong()) : OptionalInt.empty();
    }

    /// inet_aton(3): one to four numbers, decimal, octal or hexadecimal, the last filling what is left; anything may
    /// follow a blank.
    static OptionalLong inetAton(String text) {
        long address = 0;
        int at = 0;
        for (int part = 0; ; part++) {
            int end = at;
            while (end < text.length() && Character.digit(text.charAt(end), 16) >= 0
                    || end == at + 1 && end < text.length() && "xX".indexOf(text.charAt(end)) >= 0) {
                end++;
            }
            OptionalLong value = cNumber(text.substring(at, end));
            if (value.isEmpty()) {
                return OptionalLong.empty();
            }
            boolean dot = end < text.length() && text.charAt(end) == '.';
            if (!dot) {
                boolean fits = value.getAsLong() <= 0xffff_ffffL >>> 8 * part;
                boolean ends = end == text.length() || blank(text.charAt(end));
                return fits && ends ? OptionalLong.of(address | value.getAsLong()) : OptionalLong.empty();
            }
            if (part == 3 || value.getAsLong() > 255) {
                return OptionalLong.empty();
            }
            address |= value.getAsLong() << 24 - 8 * part;
            at = end + 1;
        }
    }

    /// inet_pton(3) for IPv6: no zone, no brackets.
    static boolean isV6(String text) {
        return text.indexOf(':') >= 0 && IpAddress.parse(text).isPresent();
    }

    private static OptionalLong cNumber(String text) {
        boolean hex = text.startsWith("0x") || text.startsWith("0X");
        boolean octal = !hex && text.startsWith("0");
        String digits = hex ? text.substring(2) : text;
        if (digits.isEmpty() || digits.length() > 20) {
            return OptionalLong.empty();
        }
        try {
            long value = Long.parseLong(digits, hex ? 16 : octal ? 8 : 10);
            return value > 0xffff_ffffL ? OptionalLong.empty() : OptionalLong.of(value);
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private static boolean blank(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }
}
