package io.muster.transport.daemon;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Socket addresses of all nodes' links, looked up once and kept: names may be down when the cluster starts, and a name
/// server that hangs must never hang the ring.
///
/// A literal address needs no look-up, and `/etc/hosts` needs no name server. What couldn't be resolved
/// stays unresolved and is worth another try later ([#again]); it doesn't keep the other nodes from
/// talking.
///
/// Thread: resolving blocks, so never on an event loop; the object itself is immutable.
public final class Addresses {
    /// A name or literal address, and the UDP port there.
    public record Name(String host, int port) {}

    private final SortedMap<Integer, List<Name>> names;
    private final SortedMap<Integer, List<InetSocketAddress>> resolved;

    private Addresses(SortedMap<Integer, List<Name>> names, SortedMap<Integer, List<InetSocketAddress>> resolved) {
        this.names = names;
        this.resolved = resolved;
    }

    /// @param names by nodeid, link 0 first; this node included
    public static Addresses resolve(SortedMap<Integer, List<Name>> names) {
        return resolve(names, new TreeMap<>());
    }

    private static Addresses resolve(
            SortedMap<Integer, List<Name>> names, SortedMap<Integer, List<InetSocketAddress>> before) {
        SortedMap<Integer, List<InetSocketAddress>> resolved = new TreeMap<>();
        names.forEach((nodeid, links) -> {
            List<InetSocketAddress> addresses = new ArrayList<>();
            for (int link = 0; link < links.size(); link++) {
                List<InetSocketAddress> known = before.getOrDefault(nodeid, List.of());
                boolean have = link < known.size() && !known.get(link).isUnresolved();
                addresses.add(have ? known.get(link) : lookUp(links.get(link)));
            }
            resolved.put(nodeid, List.copyOf(addresses));
        });
        return new Addresses(names, Collections.unmodifiableSortedMap(resolved));
    }

    /// Looks up what was unresolved; what is known stays as it is.
    public Addresses again() {
        return resolve(names, resolved);
    }

    /// Link 0 first; an entry may be unresolved.
    public List<InetSocketAddress> of(int nodeid) {
        return resolved.getOrDefault(nodeid, List.of());
    }

    /// All nodes.
    public SortedMap<Integer, List<InetSocketAddress>> all() {
        return resolved;
    }

    /// Addresses of all nodes but this one, each once, as far as they are known.
    List<InetAddress> others(int nodeid) {
        return resolved.entrySet().stream()
                .filter(entry -> entry.getKey() != nodeid)
                .flatMap(entry -> entry.getValue().stream())
                .filter(address -> !address.isUnresolved())
                .map(InetSocketAddress::getAddress)
                .distinct()
                .toList();
    }

    /// Hosts without an address.
    public List<String> unresolved() {
        return resolved.values().stream()
                .flatMap(List::stream)
                .filter(InetSocketAddress::isUnresolved)
                .map(InetSocketAddress::getHostString)
                .distinct()
                .toList();
    }

    private static InetSocketAddress lookUp(Name name) {
        try {
            return new InetSocketAddress(InetAddress.getByName(name.host()), name.port());
        } catch (UnknownHostException e) {
            return InetSocketAddress.createUnresolved(name.host(), name.port());
        }
    }
}
