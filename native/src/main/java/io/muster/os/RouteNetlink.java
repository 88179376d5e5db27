package io.muster.os;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Links, addresses and routes of this network namespace, over routing netlink (rtnetlink(7)).
///
/// Thread: any, one exchange at a time. Every exchange has the time limit given at opening. Errors: [NetException]
/// with the kernel's reason in words.
public final class RouteNetlink implements AutoCloseable {
    private static final int DUMP_TRIES = 5;
    private static final int REQUEST_BYTES = 4096;

    private final Netlink socket;
    private final long limitMs;
    private final NetlinkWriter request = new NetlinkWriter(REQUEST_BYTES);
    private final LinkMessages linkMessages = new LinkMessages();
    private final RouteMessages routeMessages = new RouteMessages();
    private final NeighbourMessages neighbourMessages = new NeighbourMessages();
    private int sequence;

    RouteNetlink(Netlink socket, Duration limit) {
        this.socket = socket;
        this.limitMs = limit.toMillis();
    }

    public static RouteNetlink open(Duration limit) throws NetException {
        return new RouteNetlink(NetlinkSocket.open(NetlinkSocket.ROUTE, 0), limit);
    }

    /// Calls the listener for every link there is, then at each change, on a thread of its own, until closed.
    public static LinkWatch watch(LinkWatch.Listener listener) throws NetException {
        return LinkWatch.open(listener);
    }

    /// All links, by index.
    public synchronized List<Link> links() throws NetException {
        List<Link> found = new ArrayList<>();
        for (int i = 0; i < DUMP_TRIES; i++) {
            found.clear();
            LinkMessages.writeDump(request.clear(), ++sequence);
            if (exchange("links", (datagram, message) -> {
                if (message.type() == LinkMessages.NEW && LinkMessages.ofLink(datagram, message)) {
                    found.add(linkMessages.read(datagram, message));
                }
            })) {
                break;
            }
        }
        return found;
    }

    public Optional<Link> link(String device) throws NetException {
        return links().stream().filter(l -> l.name().equals(device)).findFirst();
    }

    /// Sets a link up or down.
    public synchronized void setUp(String device, boolean up) throws NetException {
        LinkMessages.writeUp(request.clear(), ++sequence, index(device), up);
        exchange(device, (datagram, message) -> {});
    }

    /// All addresses, of both families.
    public synchronized List<InterfaceAddress> addresses() throws NetException {
        Map<Integer, String> names = names();
        List<InterfaceAddress> found = new ArrayList<>();
        for (int i = 0; i < DUMP_TRIES; i++) {
            found.clear();
            RouteMessages.writeAddressDump(request.clear(), ++sequence);
            if (exchange("addresses", (datagram, message) -> {
                if (message.type() == RouteMessages.NEW_ADDRESS) {
                    found.add(routeMessages.readAddress(datagram, message, names));
                }
            })) {
                break;
            }
        }
        return found;
    }

    public List<InterfaceAddress> addresses(String device) throws NetException {
        return addresses().stream().filter(a -> a.device().equals(device)).toList();
    }

    /// Whether this machine has the address on one of its interfaces.
    public boolean has(InetAddress address) throws NetException {
        return addresses().stream().anyMatch(a -> a.address().equals(address));
    }

    /// Adds an address, or renews the lifetimes of one that is there with the same prefix. Its label stays then.
    public synchronized void putAddress(InterfaceAddress address) throws NetException {
        int flags = NetlinkWriter.CREATE | NetlinkWriter.REPLACE;
        RouteMessages.writeAddress(
                request.clear(), RouteMessages.NEW_ADDRESS, flags, ++sequence, index(address.device()), address);
        exchange(address.toString(), (datagram, message) -> {});
    }

    /// Takes an address away. With IPv4, others of its network go with it unless `promote_secondaries` is set.
    ///
    /// @return false if it wasn't there
    public synchronized boolean deleteAddress(String device, InetAddress address, int prefix) throws NetException {
        var gone = InterfaceAddress.of(device, address, prefix);
        try {
            RouteMessages.writeAddress(
                    request.clear(), RouteMessages.DELETE_ADDRESS, 0, ++sequence, index(device), gone);
            exchange(gone.toString(), (datagram, message) -> {});
            return true;
        } catch (NetException e) {
            if (e.errno() == Errno.EADDRNOTAVAIL || e.errno() == Errno.ENODEV) {
                return false;
            }
            throw e;
        }
    }

    /// Where a packet of our own to that address goes.
    ///
    /// @throws NetException with [Errno#ENETUNREACH] or [Errno#EHOSTUNREACH] if nowhere
    public synchronized Route route(InetAddress destination) throws NetException {
        Map<Integer, String> names = names();
        List<Route> found = new ArrayList<>();
        RouteMessages.writeLookup(request.clear(), ++sequence, destination);
        String subject = "route to " + destination.getHostAddress();
        exchange(subject, (datagram, message) -> {
            if (message.type() == RouteMessages.NEW_ROUTE) {
                found.addAll(routeMessages.readRoutes(datagram, message, names));
            }
        });
        if (found.isEmpty()) {
            throw NetException.of(subject, Errno.ENETUNREACH);
        }
        return found.getFirst();
    }

    /// All routes of both families and all tables; one with several next hops as that many.
    public synchronized List<Route> routes() throws NetException {
        Map<Integer, String> names = names();
        List<Route> found = new ArrayList<>();
        for (int i = 0; i < DUMP_TRIES; i++) {
            found.clear();
            RouteMessages.writeRouteDump(request.clear(), ++sequence);
            if (exchange("routes", (datagram, message) -> {
                if (message.type() == RouteMessages.NEW_ROUTE && !RouteMessages.cached(datagram, message)) {
                    found.addAll(routeMessages.readRoutes(datagram, message, names));
                }
            })) {
                break;
            }
        }
        return found;
    }

    /// The neighbours of an interface, of both families.
    public synchronized List<Neighbour> neighbours(int index) throws NetException {
        List<Neighbour> found = new ArrayList<>();
        for (int i = 0; i < DUMP_TRIES; i++) {
            found.clear();
            NeighbourMessages.writeDump(request.clear(), ++sequence, index);
            if (exchange("neighbours", (datagram, message) -> {
                if (message.type() == NeighbourMessages.NEW && NeighbourMessages.of(datagram, message, index)) {
                    found.add(neighbourMessages.read(datagram, message));
                }
            })) {
                break;
            }
        }
        return found;
    }

    /// Has the kernel send to this hardware address again, without having been told that it is right (`STALE`),
    /// unless it knows one; and has it asked there at once.
    public synchronized void recallNeighbour(Neighbour entry) throws NetException {
        NeighbourMessages.writeStale(request.clear(), ++sequence, entry, LinkMessages.octets(entry.mac()));
        exchange(entry.toString(), (datagram, message) -> {});
        NeighbourMessages.writeProbe(request.clear(), ++sequence, entry);
        exchange(entry.toString(), (datagram, message) -> {});
    }

    /// Has the kernel forget what it knows of a neighbour: the next packet to it asks everybody on the link, from the
    /// packet's own source address.
    public synchronized void forgetNeighbour(Neighbour entry) throws NetException {
        try {
            NeighbourMessages.writeDelete(request.clear(), ++sequence, entry);
            exchange(entry.toString(), (datagram, message) -> {});
        } catch (NetException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    @Override
    public synchronized void close() {
        socket.close();
    }

    private Map<Integer, String> names() throws NetException {
        var names = new HashMap<Integer, String>();
        for (Link link : links()) {
            names.put(link.index(), link.name());
        }
        return names;
    }

    static int index(String device) throws NetException {
        int index = NetC.if_nametoindex(device);
        if (index == 0) {
            throw NetException.of(device, Errno.ENODEV);
        }
        return index;
    }

    private interface Reader {
        void read(ByteBuffer datagram, NetlinkMessages message) throws NetException;
    }

    /// Sends the request and reads until it is answered. What is left of an exchange given up earlier has another
    /// sequence number and is passed over.
    ///
    /// @return false if the table changed while it was being dumped
    private boolean exchange(String subject, Reader reader) throws NetException {
        long deadline = System.nanoTime() + limitMs * 1_000_000;
        socket.send(request.written());
        boolean whole = true;
        while (true) {
            long leftMs = Math.max(0, (deadline - System.nanoTime()) / 1_000_000);
            int count = socket.receive(leftMs);
            if (count == 0) {
                throw NetException.timedOut(subject, limitMs);
            }
            for (int i = 0; i < count; i++) {
                ByteBuffer datagram = socket.datagram(i);
                var messages = new NetlinkMessages(datagram);
                while (messages.next()) {
                    if (messages.sequence() != sequence) {
                        continue;
                    }
                    whole &= (messages.flags() & NetlinkMessages.DUMP_INTERRUPTED) == 0;
                    if (messages.type() == NetlinkMessages.ERROR || messages.type() == NetlinkMessages.DONE) {
                        ended(subject, messages);
                        return whole;
                    }
                    reader.read(datagram, messages);
                    if ((messages.flags() & NetlinkMessages.MULTI) == 0) {
                        return whole;
                    }
                }
            }
        }
    }

    private static void ended(String subject, NetlinkMessages message) throws NetException {
        int errno = message.errno();
        if (errno != 0) {
            String reason = message.reason();
            throw new NetException(
                    errno, subject + ": " + Errno.words(errno) + (reason.isEmpty() ? "" : " (" + reason + ")"));
        }
    }
}
