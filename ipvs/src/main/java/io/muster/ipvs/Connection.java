package io.muster.ipvs;

import io.muster.core.MalformedMessage;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One line of the kernel's connection table, `/proc/net/ip_vs_conn`.
///
/// `%-3s %08X %04X %08X %04X %08X %04X %-11s %7u`, addresses of IPv6 connections as eight groups of four hex digits,
/// and, where a persistence engine made the entry, its name and data. An IPv6 connection through a tunnel may have
/// an IPv4 destination.
///
/// Source of the layout: section 3.3 of our notes, measured on Linux 6.1.
///
/// @param protocol 6, 17, 132; 0 for the template of a fwmark service
/// @param client of a template: the masked client, port 0
/// @param virtual of a fwmark service's template: the mark, as `0.0.0.MARK` (IPv6: in the first 32 bits)
/// @param state ESTABLISHED and so on; of a template NONE, or ASSURED once a connection of it was established
/// @param expiresS seconds until the entry goes unless a packet comes
/// @param engine persistence engine, "" for none
/// @param engineData as the engine prints it, "" for none
public record Connection(
        int protocol,
        IpAddress client,
        int clientPort,
        IpAddress virtual,
        int virtualPort,
        IpAddress destination,
        int destinationPort,
        String state,
        long expiresS,
        String engine,
        String engineData) {
    private static final int COLUMNS = 9;

    /// Whether this is a persistence template (client to server) and no connection.
    public boolean template() {
        return state.equals("ASSURED") || state.equals("NONE") && clientPort == 0;
    }

    public boolean v6() {
        return client.v6();
    }

    /// The mark of the fwmark service whose template this is; empty for all else.
    public Optional<Integer> templateMark() {
        if (protocol != 0) {
            return Optional.empty();
        }
        return Optional.of((int) (virtual.v6() ? virtual.high() >>> 32 : virtual.low()));
    }

    /// @param line without its line end
    /// @throws MalformedMessage when it isn't an entry (as the title isn't)
    public static Connection parse(String line) throws MalformedMessage {
        List<String> words = words(line);
        if (words.size() < COLUMNS) {
            throw new MalformedMessage("connection of " + words.size() + " columns: " + line);
        }
        return new Connection(
                protocol(words.get(0)),
                address(words.get(1)),
                (int) hex(words.get(2), 0xffff),
                address(words.get(3)),
                (int) hex(words.get(4), 0xffff),
                address(words.get(5)),
                (int) hex(words.get(6), 0xffff),
                words.get(7),
                seconds(words.get(8)),
                words.size() > COLUMNS ? words.get(COLUMNS) : "",
                words.size() > COLUMNS + 1 ? words.get(COLUMNS + 1) : "");
    }

    /// Cut at blanks, except that the eleventh is the rest of the line.
    private static List<String> words(String line) {
        var words = new ArrayList<String>(COLUMNS + 2);
        int at = 0;
        while (true) {
            while (at < line.length() && line.charAt(at) == ' ') {
                at++;
            }
            if (at == line.length()) {
                return words;
            }
            int end = words.size() > COLUMNS ? -1 : line.indexOf(' ', at);
            words.add(end < 0 ? line.substring(at) : line.substring(at, end));
            at = end < 0 ? line.length() : end;
        }
    }

    private static int protocol(String name) throws MalformedMessage {
        return switch (name) {
            case "TCP" -> ServiceId.TCP;
            case "UDP" -> ServiceId.UDP;
            case "SCTP" -> ServiceId.SCTP;
            case "IP" -> 0;
            default -> {
                if (!name.startsWith("IP_")) {
                    throw new MalformedMessage("protocol " + name);
                }
                yield (int) number(name.substring(3), 10, 255);
            }
        };
    }

    private static IpAddress address(String text) throws MalformedMessage {
        if (text.indexOf(':') < 0) {
            return new IpAddress(false, 0, hex(text, 0xffff_ffffL));
        }
        return IpAddress.parse(text).orElseThrow(() -> new MalformedMessage("address " + text));
    }

    private static long hex(String text, long max) throws MalformedMessage {
        return number(text, 16, max);
    }

    private static long seconds(String text) throws MalformedMessage {
        return number(text, 10, 0xffff_ffffL);
    }

    private static long number(String text, int radix, long max) throws MalformedMessage {
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = Character.digit(text.charAt(i), radix);
            value = value * radix + digit;
            if (digit < 0 || value > max) {
                throw new MalformedMessage("number " + text);
            }
        }
        return value;
    }
}
