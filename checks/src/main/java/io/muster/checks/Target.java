package io.muster.checks;

import io.muster.net.IpAddress;
import java.util.Comparator;

/// One server of one service: what is checked. Whoever serves in two services is two targets.
///
/// @param service whose server it is, by a name that is one service's alone: an IPVS service as it is
///     written (`TCP 10.1.1.1:80`), a host group
public record Target(String service, IpAddress address, int port) implements Comparable<Target> {
    private static final Comparator<Target> ORDER =
            Comparator.comparing(Target::service).thenComparing(Target::address).thenComparingInt(Target::port);

    @Override
    public int compareTo(Target other) {
        return ORDER.compare(this, other);
    }

    /// `10.11.12.1:80`
    public String server() {
        return address.bracketed() + ":" + port;
    }
}
