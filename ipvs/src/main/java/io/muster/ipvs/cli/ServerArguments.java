package io.muster.ipvs.cli;

import io.muster.ipvs.Destination;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Tunnel;
import io.muster.net.IpAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// What a command line says of the real server, collected as it comes: without a port of its own it takes the
/// service's, if that has been named before it.
final class ServerArguments {
    private static final Set<Part> TUNNEL =
            EnumSet.of(Part.TUN_TYPE, Part.TUN_PORT, Part.TUN_NOCSUM, Part.TUN_CSUM, Part.TUN_REMCSUM);

    private final Names names;
    private IpAddress address = new IpAddress(false, 0, 0);
    private int port;
    private Forwarding forwarding = Forwarding.ROUTE;
    private int weight = 1;
    private int upper;
    private int lower;
    private int tunnelType = Tunnel.IPIP;
    private int tunnelPort;

    ServerArguments(Names names) {
        this.names = names;
    }

    void address(String text, ServiceArguments service) throws Refused {
        Endpoint endpoint = Endpoint.parse(text, service.protocol(), names)
                .orElseThrow(() -> Refused.words("illegal real server address[:port] specified"));
        address = endpoint.address();
        port = endpoint.port().orElse(service.port());
    }

    void forwarding(Opt option) {
        forwarding = switch (option) {
            case MASQUERADING -> Forwarding.MASQ;
            case IPIP -> Forwarding.TUNNEL;
            default -> Forwarding.ROUTE;
        };
    }

    void weight(String text) throws Refused {
        weight = number(text, 0, Integer.MAX_VALUE, "weight");
    }

    void upper(String text) throws Refused {
        upper = number(text, 0, Integer.MAX_VALUE, "u_threshold");
    }

    void lower(String text) throws Refused {
        lower = number(text, 0, Integer.MAX_VALUE, "l_threshold");
    }

    void tunnelType(String text) throws Refused {
        tunnelType = switch (text) {
            case "ipip" -> Tunnel.IPIP;
            case "gue" -> Tunnel.GUE;
            case "gre" -> Tunnel.GRE;
            default -> throw Refused.words("illegal tunnel type specified");
        };
    }

    void tunnelPort(String text) throws Refused {
        tunnelPort = number(text, 1, 0xffff, "tunnel port");
    }

    /// For a deletion: address and port.
    Destination bare() {
        return Destination.of(address, port, forwarding, weight);
    }

    Destination destination(ServiceId service, Set<Part> said) throws Refused {
        if (address.v6() != service.v6() && forwarding != Forwarding.TUNNEL) {
            throw Refused.words("Different address family is allowed only for tunneling servers");
        }
        if (forwarding != Forwarding.TUNNEL && said.stream().anyMatch(TUNNEL::contains)) {
            throw Refused.words("Tunnel options conflict with forward method");
        }
        Tunnel tunnel = Tunnel.NONE;
        if (forwarding == Forwarding.TUNNEL) {
            checkTunnel(said);
            int flags = said.contains(Part.TUN_CSUM) ? Tunnel.CHECKSUM : 0;
            flags |= said.contains(Part.TUN_REMCSUM) ? Tunnel.REMOTE_CHECKSUM : 0;
            tunnel = new Tunnel(tunnelType, tunnelPort, flags);
        }
        // Packets that aren't rewritten arrive at the port they were sent to.
        boolean same = forwarding != Forwarding.MASQ && !service.isMark();
        return new Destination(address, same ? service.port() : port, forwarding, weight, upper, lower, tunnel);
    }

    private void checkTunnel(Set<Part> said) throws Refused {
        String name = Types.NAMES.get(tunnelType);
        Set<Part> allowed = Types.ALLOWED.get(tunnelType);
        Part before = null;
        for (Part part : TUNNEL) {
            if (part == Part.TUN_PORT && tunnelType == Tunnel.GUE && !said.contains(part)) {
                throw Refused.words(
                        "You need to supply the '" + part.word() + "' option for the '" + name + "' tunnel type");
            }
            if (part == Part.TUN_TYPE || !said.contains(part)) {
                continue;
            }
            if (!allowed.contains(part)) {
                throw Refused.words("Illegal '" + part.word() + "' option with the '" + name + "' tunnel type");
            }
            if (part != Part.TUN_PORT) {
                if (before != null) {
                    throw Refused.words("The option '" + part.word() + "' conflicts with the '" + before.word()
                            + "' option in the '" + name + "' tunnel type");
                }
                before = part;
            }
        }
    }

    private static int number(String text, int min, int max, String what) throws Refused {
        return Texts.number(text, min, max).orElseThrow(() -> Refused.words("illegal " + what + " specified"));
    }

    /// By tunnel type.
    private static final class Types {
        static final List<String> NAMES = List.of("ipip", "gue", "gre");
        static final List<Set<Part>> ALLOWED = List.of(
                Set.of(),
                Set.of(Part.TUN_PORT, Part.TUN_NOCSUM, Part.TUN_CSUM, Part.TUN_REMCSUM),
                Set.of(Part.TUN_NOCSUM, Part.TUN_CSUM));
    }
}
