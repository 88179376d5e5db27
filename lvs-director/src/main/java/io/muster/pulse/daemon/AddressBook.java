package io.muster.pulse.daemon;

import io.muster.driver.Clocks;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.net.IpAddress;
import io.muster.os.InterfaceAddress;
import io.muster.os.Link;
import io.muster.os.NetException;
import io.muster.os.PacketSocket;
import io.muster.os.RouteNetlink;
import io.muster.os.Sysctl;
import io.muster.pulse.ArpFrames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The floating addresses on this machine: set with a lifetime, renewed, dropped, announced to the LAN.
///
/// IPv4 addresses bear the label the file gives them (`eth0:1`); IPv6 ones are usable at once (nodad) and deprecated,
/// so that the machine never speaks under one of them by itself. What the kernel refuses is logged once a minute for
/// each address and tried again with the next renewal.
///
/// Thread: the loop's, after the constructor. An exchange with the kernel takes well under a millisecond; one that
/// hangs holds heartbeats up, too, so that the partner takes over.
final class AddressBook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("pulse");
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final int LABEL_BYTES = 15;
    private static final long QUIET_NS = 60_000_000_000L;

    private final RouteNetlink netlink;
    private final Map<String, Long> toldNs = new HashMap<>();
    private final Set<IpAddress> held = new HashSet<>();

    AddressBook() throws NetException {
        netlink = RouteNetlink.open(LIMIT);
    }

    RouteNetlink netlink() {
        return netlink;
    }

    /// Without it the kernel drops all addresses of a network with the first.
    static void keepSecondaries() {
        try {
            Sysctl.set("net.ipv4.conf.all.promote_secondaries", "1");
        } catch (NetException e) {
            LOG.warn("addresses may go with others of their network: {}", e.getMessage());
        }
    }

    /// Removes what a former life left, on whatever device and with whatever prefix; not from the loopback device,
    /// where a real server has the address for direct routing.
    void removeStale(List<FloatingAddress> ours) throws NetException {
        for (InterfaceAddress there : netlink.addresses()) {
            IpAddress address = IpAddress.of(there.address());
            if (ours.stream().anyMatch(a -> a.address().equals(address))
                    && !there.device().equals("lo")) {
                LOG.warn("{}: left by a former life: removed", there);
                netlink.deleteAddress(there.device(), there.address(), there.prefix());
            }
        }
    }

    /// @return whether all are set now
    boolean put(List<FloatingAddress> addresses, int lifetimeS) {
        boolean all = true;
        for (FloatingAddress a : addresses) {
            try {
                netlink.putAddress(lasting(a, lifetimeS));
                held.add(a.address());
            } catch (NetException | IllegalArgumentException e) {
                all = false;
                held.remove(a.address());
                complain(a, "can't be set", e);
            }
        }
        return all;
    }

    void drop(List<FloatingAddress> addresses) {
        for (FloatingAddress a : addresses) {
            try {
                netlink.deleteAddress(a.baseDevice(), a.address().inet(), a.prefix());
                held.remove(a.address());
            } catch (NetException e) {
                complain(a, "can't be removed", e);
            }
        }
    }

    /// Gratuitous ARP or an unsolicited neighbour advertisement for each that is set.
    void announce(List<FloatingAddress> addresses) {
        Map<String, Link> links = new HashMap<>();
        try {
            netlink.links().forEach(link -> links.put(link.name(), link));
        } catch (NetException e) {
            LOG.warn("can't announce addresses: {}", e.getMessage());
            return;
        }
        for (FloatingAddress a : addresses) {
            Link link = links.get(a.baseDevice());
            if (!held.contains(a.address()) || link == null || link.macOctets().length != ArpFrames.HARDWARE) {
                continue;
            }
            try {
                boolean router = a.address().v6() && forwards(a.baseDevice());
                PacketSocket.send(link.name(), ArpFrames.announcement(a.address(), link.macOctets(), router));
            } catch (NetException e) {
                complain(a, "can't be announced", e);
            }
        }
    }

    boolean holds(FloatingAddress address) {
        return held.contains(address.address());
    }

    @Override
    public void close() {
        netlink.close();
    }

    private static boolean forwards(String device) {
        return Sysctl.get(Sysctl.ofInterface("ipv6", device, "forwarding"))
                .filter("1"::equals)
                .isPresent();
    }

    private static InterfaceAddress lasting(FloatingAddress a, int lifetimeS) {
        InterfaceAddress address = InterfaceAddress.of(
                        a.baseDevice(), a.address().inet(), a.prefix())
                .lasting(lifetimeS);
        if (a.address().v6()) {
            return address.deprecated();
        }
        if (a.device().length() <= LABEL_BYTES) {
            address = address.labelled(a.device());
        }
        InetAddress broadcast = broadcast(a);
        return broadcast == null ? address : address.broadcasting(broadcast);
    }

    private static @Nullable InetAddress broadcast(FloatingAddress a) {
        if (a.prefix() > 30) {
            return null;
        }
        int host = (int) ((1L << 32 - a.prefix()) - 1);
        byte[] octets = new IpAddress(false, 0, a.address().low() | host & 0xffff_ffffL).octets();
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private void complain(FloatingAddress a, String what, Exception why) {
        long now = Clocks.system().monotonicNs();
        Long told = toldNs.get(a + what);
        if (told == null || now - told > QUIET_NS) {
            toldNs.put(a + what, now);
            String reason = why instanceof IOException ? why.getMessage() : why.toString();
            LOG.error("{} on {} {}: {}", a.address(), a.device(), what, reason);
        }
    }
}
