package io.muster.ipvs;

import io.muster.net.IpAddress;

/// A real server of one service as it is told to the table. Address and port make it unique within its service.
///
/// @param weight 0 to 2^31-1; 0 takes no new connections
/// @param upper most connections, 0 for no limit
/// @param lower below which an overloaded one takes connections again, 0 for the kernel's three quarters
public record Destination(
        IpAddress address, int port, Forwarding forwarding, int weight, int upper, int lower, Tunnel tunnel) {
    public static Destination of(IpAddress address, int port, Forwarding forwarding, int weight) {
        return new Destination(address, port, forwarding, weight, 0, 0, Tunnel.NONE);
    }

    public Destination withWeight(int other) {
        return new Destination(address, port, forwarding, other, upper, lower, tunnel);
    }

    /// With other limits on its connections, 0 for none.
    public Destination withLimits(int most, int least) {
        return new Destination(address, port, forwarding, weight, most, least, tunnel);
    }

    /// Whether both are the same server of a service, whatever their settings.
    public boolean sameServer(Destination other) {
        return port == other.port && address.equals(other.address);
    }
}
