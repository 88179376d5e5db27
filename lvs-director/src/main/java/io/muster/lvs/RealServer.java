package io.muster.lvs;

import io.muster.ipvs.Destination;
import io.muster.ipvs.ServiceId;
import io.muster.net.IpAddress;
import java.util.Comparator;

/// A real server's place in the table: where connections of one virtual server go.
///
/// @param port as the table has it, which isn't always the port that is checked
public record RealServer(ServiceId service, IpAddress address, int port) implements Comparable<RealServer> {
    private static final Comparator<RealServer> ORDER = Comparator.comparing(RealServer::service)
            .thenComparing(RealServer::address)
            .thenComparingInt(RealServer::port);

    static RealServer of(ServiceId service, Destination destination) {
        return new RealServer(service, destination.address(), destination.port());
    }

    /// `10.11.12.1:80`
    public String server() {
        return address.bracketed() + ":" + port;
    }

    @Override
    public int compareTo(RealServer other) {
        return ORDER.compare(this, other);
    }

    /// `TCP 10.1.1.1:80 -> 10.11.12.1:80`
    @Override
    public String toString() {
        return service + " -> " + server();
    }
}
