package io.muster.ipvs;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// States of connections: their names in `/proc/net/ip_vs_conn`, their numbers in synchronisation messages, how long
/// the kernel keeps an entry in them without a packet, and which of them count as active.
///
/// Source: section 3.7 of our notes; the numbers measured on Linux 6.1.
public final class ConnectionStates {
    /// @param timeoutS the kernel's default
    private record State(String name, int timeoutS, boolean active) {
        State(String name, int timeoutS) {
            this(name, timeoutS, false);
        }
    }

    private static final String ESTABLISHED = "ESTABLISHED";

    private static final List<State> TCP = List.of(
            new State("NONE", 2),
            new State(ESTABLISHED, 900, true),
            new State("SYN_SENT", 120, true),
            new State("SYN_RECV", 60, true),
            new State("FIN_WAIT", 120),
            new State("TIME_WAIT", 120),
            new State("CLOSE", 10),
            new State("CLOSE_WAIT", 60),
            new State("LAST_ACK", 30),
            new State("LISTEN", 120),
            new State("SYNACK", 120, true));

    private static final List<State> UDP = List.of(new State("UDP", 300));

    private static final List<State> SCTP = List.of(
            new State("NONE", 2),
            new State("INIT1", 4),
            new State("INIT", 61),
            new State("C-SENT", 61),
            new State("C-REPLIED", 61),
            new State("C-WAIT", 61),
            new State("COOKIE", 61),
            new State("C-ECHOED", 61),
            new State(ESTABLISHED, 900, true),
            new State("S-SENT", 61),
            new State("S-RECEIVED", 61),
            new State("S-ACK-SENT", 61),
            new State("REJECTED", 4),
            new State("CLOSED", 61));

    /// Of templates, whatever their protocol.
    private static final List<State> TEMPLATE = List.of(new State("NONE", 180), new State("ASSURED", 180));

    private static final Map<Integer, List<State>> BY_PROTOCOL =
            Map.of(ServiceId.TCP, TCP, ServiceId.UDP, UDP, ServiceId.SCTP, SCTP);

    private ConnectionStates() {}

    private static List<State> states(Connection connection) {
        return connection.template() ? TEMPLATE : BY_PROTOCOL.getOrDefault(connection.protocol(), List.of());
    }

    private static Optional<State> state(Connection connection) {
        return states(connection).stream()
                .filter(state -> state.name().equals(connection.state()))
                .findFirst();
    }

    /// Empty for a state (or protocol) this kernel has and we don't know.
    public static OptionalInt number(Connection connection) {
        Optional<State> state = state(connection);
        return state.isPresent() ? OptionalInt.of(states(connection).indexOf(state.get())) : OptionalInt.empty();
    }

    /// Whether the entry counts among its server's active connections. UDP's never do.
    public static boolean active(Connection connection) {
        return !connection.template() && state(connection).map(State::active).orElse(false);
    }

    /// How long an entry lasts that has just seen a packet; 0 if the state isn't known.
    ///
    /// @param timeouts of the table: they stand for TCP's ESTABLISHED and FIN_WAIT, and for UDP
    public static int timeoutS(Connection connection, Timeouts timeouts) {
        return state(connection)
                .map(state -> switch (state.name()) {
                    case ESTABLISHED -> connection.protocol() == ServiceId.TCP ? timeouts.tcpS() : state.timeoutS();
                    case "FIN_WAIT" -> timeouts.tcpFinS();
                    case "UDP" -> timeouts.udpS();
                    default -> state.timeoutS();
                })
                .orElse(0);
    }
}
