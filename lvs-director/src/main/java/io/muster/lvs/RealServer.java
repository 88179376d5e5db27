package io.muster.lvs;

import io.muster.ipvs.Destination;
import io.muster.ipvs.IpAddress;
import io.muster.ipvs.ServiceId;

/// A real server's place in the table: where connections of one virtual server go.
///
/// @param port as the table has it, which isn't always the port that is checked
public record RealServer(ServiceId service, IpAddress address, int port) implements Comparable<RealServer> {
    static RealServer of(ServiceId service, Destination destination) {
        return new RealServer(service, destination.address(), destination.port());
    }

    /// `10.11.12.1:80`
    public String server() {
        return (address.v6() ? "[" + address + "]" : address.toString()) + ":" + port;
    }

    @Override
    public int compareTo(RealServer other) {
        int order = service.compareTo(other.service);
        if (order == 0) {
            order = address.compareTo(other.address);
        }
        return order != 0 ? order : Integer.compare(port, other.port);
    }

    /// `TCP 10.1.1.1:80 -> 10.11.12.1:80`
    @Override
    public String toString() {
        return service + " -> " + server();
    }
}
