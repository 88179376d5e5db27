package io.muster.ipvs.cli;

import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// Names of hosts and services, both ways.
///
/// Source of the rules: a service's host may be a name of an IPv4 address only; ports are looked up for tcp, udp and
/// sctp, and shown as numbers for anything else (fwmark services).
interface Names {
    /// Everything as numbers; knows no name.
    Names NUMERIC = new Names() {
        @Override
        public Optional<IpAddress> address(String host) {
            return Optional.empty();
        }

        @Override
        public Optional<String> host(IpAddress address) {
            return Optional.empty();
        }

        @Override
        public OptionalInt port(String service, int protocol) {
            return OptionalInt.empty();
        }

        @Override
        public Optional<String> service(int port, int protocol) {
            return Optional.empty();
        }
    };

    /// An IPv4 address.
    Optional<IpAddress> address(String host);

    Optional<String> host(IpAddress address);

    /// @param protocol [ServiceId#TCP] and so on
    OptionalInt port(String service, int protocol);

    Optional<String> service(int port, int protocol);

    /// `tcp`, `udp`, `sctp`.
    static Optional<String> protocol(int protocol) {
        return switch (protocol) {
            case ServiceId.TCP -> Optional.of("tcp");
            case ServiceId.UDP -> Optional.of("udp");
            case ServiceId.SCTP -> Optional.of("sctp");
            default -> Optional.empty();
        };
    }

    /// `10.1.1.1:80`, `[2001:db8::1]:80`, with names where there are some.
    default String pair(IpAddress address, int port, int protocol) {
        String host = host(address).orElseGet(address::toString);
        String service = service(port, protocol).orElseGet(() -> Integer.toString(port));
        return address.v6() ? "[" + host + "]:" + service : host + ":" + service;
    }
}
