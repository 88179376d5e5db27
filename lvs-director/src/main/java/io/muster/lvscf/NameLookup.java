package io.muster.lvscf;

import io.muster.net.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;

/// Answers the two questions an lvs.cf may ask of the machine. May block: reading is nothing for an event loop.
public interface NameLookup {
    /// Knows nothing: addresses and ports must be numbers.
    NameLookup NONE = new NameLookup() {
        @Override
        public Optional<IpAddress> host(String name) {
            return Optional.empty();
        }

        @Override
        public OptionalInt tcpPort(String service) {
            return OptionalInt.empty();
        }
    };

    /// The address of a host; IPv4 before IPv6 where it has both.
    Optional<IpAddress> host(String name);

    /// The port of a TCP service.
    OptionalInt tcpPort(String service);
}
