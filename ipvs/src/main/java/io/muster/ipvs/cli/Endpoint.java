package io.muster.ipvs.cli;

import io.muster.net.IpAddress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// `HOST[:PORT]` of a virtual service or real server.
///
/// An IPv6 address needs no brackets without a port, and has to have a port with them; brackets around anything else
/// lose the port. A word of digits alone is nothing. Source: `ipvsadm` 1.31 as observed.
record Endpoint(IpAddress address, OptionalInt port) {
    /// @param protocol whose service names count
    static Optional<Endpoint> parse(String text, int protocol, Names names) {
        if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Optional.empty();
        }
        String host = text;
        Optional<String> port = Optional.empty();
        if (text.startsWith("[")) {
            int close = text.indexOf(']');
            if (close < 0 || !text.startsWith(":", close + 1)) {
                return Optional.empty();
            }
            host = text.substring(1, close);
            port = Optional.of(text.substring(close + 2));
        }
        if (Texts.isV6(host)) {
            return of(IpAddress.parse(host), port, protocol, names);
        }
        int colon = host.lastIndexOf(':');
        port = colon < 0 ? Optional.empty() : Optional.of(host.substring(colon + 1));
        host = colon < 0 ? host : host.substring(0, colon);
        OptionalLong number = Texts.inetAton(host);
        return of(
                number.isPresent() ? Optional.of(new IpAddress(false, 0, number.getAsLong())) : names.address(host),
                port,
                protocol,
                names);
    }

    private static Optional<Endpoint> of(
            Optional<IpAddress> address, Optional<String> port, int protocol, Names names) {
        if (address.isEmpty() || port.isEmpty()) {
            return address.map(known -> new Endpoint(known, OptionalInt.empty()));
        }
        OptionalInt number = Texts.number(port.get(), 0, 0xffff);
        OptionalInt found = number.isPresent() ? number : names.port(port.get(), protocol);
        return found.isPresent() ? Optional.of(new Endpoint(address.get(), found)) : Optional.empty();
    }
}
