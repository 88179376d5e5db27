package io.muster.doctor.daemon;

import io.muster.driver.Patience;
import io.muster.net.IpAddress;
import io.muster.os.Link;
import io.muster.os.NetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;

/// Who answers ARP for which address: many questions at once, each to the LAN of one device.
///
/// @param heard hardware addresses that answered, for each IPv4 address that could be asked for
/// @param failures why others couldn't
record LanQuestions(Map<IpAddress, SortedSet<String>> heard, Set<String> failures) {
    private static final Duration ANSWERS = Duration.ofMillis(600);

    /// Asks and waits for the answers.
    ///
    /// @param questions addresses with the devices behind which they are looked for
    static LanQuestions ask(Map<IpAddress, String> questions, List<Link> links) {
        var heard = new ConcurrentHashMap<IpAddress, SortedSet<String>>();
        var failures = new ConcurrentSkipListSet<String>();
        var asked = new ArrayList<Patience>();
        questions.forEach((address, device) -> {
            Optional<Link> link = links.stream()
                    .filter(each -> each.name().equals(device) && each.usable() && each.macOctets().length == 6)
                    .findFirst();
            if (link.isPresent() && !address.v6()) {
                byte[] own = link.get().macOctets();
                // A thread of the platform's: waiting for a frame would hold a carrier of virtual ones.
                var one = new Patience();
                asked.add(one);
                Thread.ofPlatform().name("arp " + address).start(() -> {
                    try {
                        heard.put(address, ArpProbe.whoHas(device, own, address, ANSWERS));
                    } catch (NetException e) {
                        failures.add("ARP: " + e.getMessage());
                    } finally {
                        one.end();
                    }
                });
            }
        });
        asked.forEach(Patience::await);
        return new LanQuestions(heard, failures);
    }

    /// Answers for these addresses that came from others than this machine.
    Map<IpAddress, SortedSet<String>> others(Set<IpAddress> addresses, List<Link> links) {
        List<String> mine = links.stream().map(Link::mac).toList();
        var others = new HashMap<IpAddress, SortedSet<String>>();
        heard.forEach((address, macs) -> {
            if (addresses.contains(address)) {
                var rest = new TreeSet<>(macs);
                rest.removeAll(mine);
                others.put(address, rest);
            }
        });
        return others;
    }

    /// Which of these addresses is behind a hardware address, where only one answered.
    Map<String, IpAddress> neighbours(SortedSet<IpAddress> addresses) {
        var neighbours = new HashMap<String, IpAddress>();
        for (IpAddress address : addresses) {
            SortedSet<String> macs = heard.getOrDefault(address, new TreeSet<>());
            if (macs.size() == 1) {
                neighbours.putIfAbsent(macs.first(), address);
            }
        }
        return neighbours;
    }
}
