package io.muster.lvs;

import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// [Holdings] as the text of the file `owned`, one fact a line:
///
/// ```
/// service tcp 192.168.26.10 80
/// service fwm 100
/// zero tcp 192.168.26.10 80 10.11.12.1 80
/// drain fwm6 7 2001:db8::1 0 lvsctl 1760000000000 1760000060000 -1
/// end
/// ```
///
/// A drain ends in who asked (`lvsctl`, `hand`, `removal`), since when and until when (wall-clock milliseconds, 0 for
/// no deadline) and the number
/// of connections cut. The last line says that nothing is missing.
public final class HoldingsText {
    private static final Map<String, Integer> PROTOCOLS =
            Map.of("tcp", ServiceId.TCP, "udp", ServiceId.UDP, "sctp", ServiceId.SCTP);

    private HoldingsText() {}

    /// What a file holds.
    ///
    /// @param problems lines that make no sense; the others count all the same
    public record Reading(Holdings holdings, List<String> problems) {
        public Reading {
            problems = List.copyOf(problems);
        }

        /// With one more sentence for the operator.
        public Reading and(String problem) {
            var more = new ArrayList<>(problems);
            more.add(problem);
            return new Reading(holdings, more);
        }
    }

    public static String write(Holdings holdings) {
        var text = new StringBuilder("# What lvsd holds in the IPVS table: written before the table is changed.\n");
        for (ServiceId id : holdings.owned()) {
            text.append("service ").append(words(id)).append('\n');
        }
        for (RealServer server : holdings.zeros()) {
            text.append("zero ").append(words(server)).append('\n');
        }
        holdings.drains()
                .forEach((server, drain) -> text.append("drain ")
                        .append(words(server))
                        .append(" " + drain.by().name().toLowerCase(Locale.ROOT) + " ")
                        .append(drain.sinceMs())
                        .append(' ')
                        .append(drain.deadlineMs())
                        .append(' ')
                        .append(drain.cut())
                        .append('\n'));
        return text.append("end\n").toString();
    }

    public static Reading read(String text) {
        SortedSet<ServiceId> owned = new TreeSet<>();
        SortedSet<RealServer> zeros = new TreeSet<>();
        var drains = new TreeMap<RealServer, Drain>();
        var problems = new ArrayList<String>();
        boolean ended = false;
        for (String line : text.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            var words = new Words(line);
            try {
                switch (words.next()) {
                    case "service" -> owned.add(words.service());
                    case "zero" -> zeros.add(words.server());
                    case "drain" -> drains.put(words.server(), words.drain());
                    case "end" -> ended = true;
                    default -> throw new IllegalArgumentException("no such fact");
                }
                words.end();
            } catch (IllegalArgumentException e) {
                problems.add("can't make sense of \"" + line + "\"");
            }
        }
        if (!ended) {
            problems.add("the last line is missing: it isn't whole");
        }
        return new Reading(new Holdings(owned, zeros, drains), problems);
    }

    private static String words(ServiceId id) {
        if (id.isMark()) {
            return (id.v6() ? "fwm6 " : "fwm ") + Integer.toUnsignedString(id.fwmark());
        }
        String protocol = switch (id.protocol()) {
            case ServiceId.TCP -> "tcp";
            case ServiceId.UDP -> "udp";
            case ServiceId.SCTP -> "sctp";
            default -> Integer.toString(id.protocol());
        };
        return protocol + " " + id.address() + " " + id.port();
    }

    private static String words(RealServer server) {
        return words(server.service()) + " " + server.address() + " " + server.port();
    }

    /// One line, word by word. Everything wrong with it is an `IllegalArgumentException`.
    private static final class Words {
        private final String[] words;
        private int at;

        Words(String line) {
            words = line.trim().split("\\s+");
        }

        String next() {
            if (at == words.length) {
                throw new IllegalArgumentException("too short");
            }
            return words[at++];
        }

        void end() {
            if (at != words.length) {
                throw new IllegalArgumentException("too long");
            }
        }

        private IpAddress address() {
            Optional<IpAddress> address = IpAddress.parse(next());
            return address.orElseThrow(() -> new IllegalArgumentException("no address"));
        }

        private int port() {
            int port = Integer.parseInt(next());
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("no port");
            }
            return port;
        }

        ServiceId service() {
            String protocol = next();
            if (protocol.startsWith("fwm")) {
                return ServiceId.mark(Integer.parseUnsignedInt(next()), protocol.equals("fwm6"));
            }
            Integer known = PROTOCOLS.get(protocol);
            int number = known != null ? known : Integer.parseInt(protocol);
            return new ServiceId(number, address(), port(), 0);
        }

        RealServer server() {
            return new RealServer(service(), address(), port());
        }

        Drain drain() {
            Drain.By by = switch (next()) {
                case "hand" -> Drain.By.HAND;
                case "removal" -> Drain.By.REMOVAL;
                default -> Drain.By.LVSCTL;
            };
            return new Drain(by, Long.parseLong(next()), Long.parseLong(next()), Long.parseLong(next()));
        }
    }
}
