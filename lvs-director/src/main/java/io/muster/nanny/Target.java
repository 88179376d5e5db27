package io.muster.nanny;

import io.muster.ipvs.IpAddress;
import io.muster.ipvs.ServiceId;

/// One real server of one virtual server: what is checked.
public record Target(ServiceId service, IpAddress address, int port) implements Comparable<Target> {
    @Override
    public int compareTo(Target other) {
        int order = service.compareTo(other.service);
        if (order == 0) {
            order = address.compareTo(other.address);
        }
        return order != 0 ? order : Integer.compare(port, other.port);
    }

    /// `10.11.12.1:80`
    public String server() {
        return (address.v6() ? "[" + address + "]" : address.toString()) + ":" + port;
    }
}
