package io.muster.ipvs.cli;

import io.muster.net.IpAddress;
import io.muster.os.NameService;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// The machine's names. Remembers what it asked for, so that a list of a thousand servers asks for each once.
final class SystemNames implements Names {
    private final Map<IpAddress, Optional<String>> hosts = new HashMap<>();
    private final Map<Long, Optional<String>> services = new HashMap<>();

    @Override
    public Optional<IpAddress> address(String host) {
        return NameService.address(host).map(IpAddress::of);
    }

    @Override
    public Optional<String> host(IpAddress address) {
        return hosts.computeIfAbsent(address, asked -> NameService.host(asked.octets()));
    }

    @Override
    public OptionalInt port(String service, int protocol) {
        Optional<String> name = Names.protocol(protocol);
        return name.isPresent() ? NameService.port(service, name.get()) : OptionalInt.empty();
    }

    @Override
    public Optional<String> service(int port, int protocol) {
        return services.computeIfAbsent(
                (long) protocol << 32 | port,
                asked -> Names.protocol(protocol).flatMap(name -> NameService.service(port, name)));
    }
}
