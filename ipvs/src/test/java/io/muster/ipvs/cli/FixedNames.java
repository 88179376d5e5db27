package io.muster.ipvs.cli;

import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The names that the machine had on which the expected texts were taken.
final class FixedNames implements Names {
    private static final Map<String, Integer> TCP = Map.of(
            "tcpmux",
            1,
            "ssh",
            22,
            "smtp",
            25,
            "domain",
            53,
            "finger",
            79,
            "http",
            80,
            "snmp",
            161,
            "https",
            443,
            "sip",
            5060,
            "http-alt",
            8080);
    private static final Map<String, Integer> UDP =
            Map.of("domain", 53, "tftp", 69, "snmp", 161, "https", 443, "sip", 5060);

    private final Map<String, String> hosts;

    /// @param hosts name to address
    FixedNames(Map<String, String> hosts) {
        this.hosts = hosts;
    }

    @Override
    public Optional<IpAddress> address(String host) {
        return Optional.ofNullable(hosts.get(host)).flatMap(IpAddress::parse).filter(address -> !address.v6());
    }

    @Override
    public Optional<String> host(IpAddress address) {
        return hosts.entrySet().stream()
                .filter(entry -> entry.getValue().equals(address.toString()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    @Override
    public OptionalInt port(String service, int protocol) {
        Integer port = services(protocol).get(service);
        return port == null ? OptionalInt.empty() : OptionalInt.of(port);
    }

    @Override
    public Optional<String> service(int port, int protocol) {
        return services(protocol).entrySet().stream()
                .filter(entry -> entry.getValue() == port)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static Map<String, Integer> services(int protocol) {
        return switch (protocol) {
            case ServiceId.TCP -> TCP;
            case ServiceId.UDP -> UDP;
            default -> Map.of();
        };
    }
}
