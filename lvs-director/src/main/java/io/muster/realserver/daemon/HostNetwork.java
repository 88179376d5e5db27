package io.muster.realserver.daemon;

import io.muster.os.InterfaceAddress;
import io.muster.os.KernelSettings;
import io.muster.os.RouteNetlink;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What [RealServerSetup] does to a machine.
interface HostNetwork extends KernelSettings {
    List<InterfaceAddress> addresses() throws IOException;

    void put(InterfaceAddress address) throws IOException;

    void delete(InterfaceAddress address) throws IOException;

    /// This one, in this network namespace.
    final class Kernel implements HostNetwork {
        private static final Duration LIMIT = Duration.ofSeconds(5);

        @Override
        public Optional<String> setting(String name) {
            return MACHINE.setting(name);
        }

        @Override
        public void set(String name, String value) throws IOException {
            MACHINE.set(name, value);
        }

        @Override
        public List<InterfaceAddress> addresses() throws IOException {
            try (var netlink = RouteNetlink.open(LIMIT)) {
                return netlink.addresses();
            }
        }

        @Override
        public void put(InterfaceAddress address) throws IOException {
            try (var netlink = RouteNetlink.open(LIMIT)) {
                netlink.putAddress(address);
            }
        }

        @Override
        public void delete(InterfaceAddress address) throws IOException {
            try (var netlink = RouteNetlink.open(LIMIT)) {
                netlink.deleteAddress(address.device(), address.address(), address.prefix());
            }
        }
    }
}
