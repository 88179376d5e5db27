package io.muster.bed.scenario;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;

/// A client's flow of datagrams to the echo service: one socket, so that IPVS takes all of it for one connection.
///
/// Thread: blocks; one.
final class Flow {
    private final DatagramSocket socket;
    private final String vip;
    private final InetSocketAddress to;

    private Flow(DatagramSocket socket, String vip) {
        this.socket = socket;
        this.vip = vip;
        this.to = Traffic.at(vip, RealServer.ECHO);
    }

    /// Begins one, and goes on until the standby knows of it: the kernel tells it at the second datagram, and at every
    /// fiftieth after that.
    static Flow start(Host client, Director standby, String vip) throws IOException {
        Flow flow = new Flow(Traffic.datagrams(client), vip);
        Site.await("a flow of datagrams known to " + standby.host.name, () -> {
            flow.echoed();
            return flow.knownTo(standby) > 0;
        });
        return flow;
    }

    /// It still has its echo, and is the one that the director was told of, not a new one.
    void goesOn(Director active) {
        echoed();
        long flows = knownTo(active);
        if (flows != 1) {
            throw new IllegalStateException(
                    flows + " flows of datagrams on " + active.host.name + " where one goes on");
        }
    }

    private long knownTo(Director director) {
        return director.connections("UDP", vip, RealServer.ECHO);
    }

    private void echoed() {
        try {
            if (!Traffic.echoes(socket, to)) {
                throw new IllegalStateException("no echo of a datagram from " + to);
            }
        } catch (IOException e) {
            throw new IllegalStateException("no echo of a datagram from " + to, e);
        }
    }
}
