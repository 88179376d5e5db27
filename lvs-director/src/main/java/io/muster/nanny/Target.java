package io.muster.nanny;

import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import java.util.Comparator;

/// One real server of one virtual server: what is checked.
public record Target(ServiceId service, IpAddress address, int port) implements Comparable<Target> {
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
