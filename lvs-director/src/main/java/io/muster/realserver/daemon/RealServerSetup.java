package io.muster.realserver.daemon;

import io.muster.daemon.Layout;
import io.muster.net.IpAddress;
import io.muster.os.InterfaceAddress;
import io.muster.os.Sysctl;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Makes this machine a real server for direct routing, and takes that back: the virtual address on a loopback
/// device, where packets for it are taken in, and no answer to ARP for it, which is the director's alone.
///
/// Order is the point: first `arp_ignore` and `arp_announce`, then the address; back the other way round. In between a
/// machine that answered ARP would draw the whole LAN's traffic. IPv6 needs no settings: neighbour discovery answers
/// only for addresses of the device it was asked on. Former values are kept on disk until the last address has
/// gone; doing a thing twice does nothing. Source of the settings: the ARP problem as the LVS documents and the
/// kernel's ip-sysctl describe it; the effective value is the greater of `all` and the device.
///
/// For `lvsctl realserver` and for a director that is a real server while it isn't active. Thread: one that may
/// block; processes exclude each other. Errors: an [IOException] that says in words what is wrong; what was done
/// until then is noted, and `down` takes it back.
public final class RealServerSetup {
    /// A virtual address held on this machine for a director elsewhere.
    ///
    /// @param whole whether everything is as it should be; otherwise `fault` says what isn't
    public record Held(IpAddress address, String device, boolean whole, String fault) {}

    /// The device that carries virtual addresses unless another is named.
    public static final String LOOPBACK = "lo";

    private final Path file;
    private final HostNetwork host;

    RealServerSetup(Path file, HostNetwork host) {
        this.file = file;
        this.host = host;
    }

    /// On this machine, with notes below the layout's state directory.
    public static RealServerSetup of(Layout layout) {
        return new RealServerSetup(layout.state().resolve("lvs/realserver"), new HostNetwork.Kernel());
    }

    /// Takes a virtual address in.
    ///
    /// @return what was done, a line each; nothing when all was so already
    public List<String> up(IpAddress vip, String device) throws IOException {
        return exclusively(() -> {
            RealServerNotes notes = RealServerNotes.read(file);
            List<InterfaceAddress> all = find(vip);
            check(vip, device, notes, all);
            Optional<InterfaceAddress> there = on(device, all);
            var done = new ArrayList<String>();
            if (!vip.v6()) {
                settings(device, notes, done);
            }
            if (!device.equals(notes.held.put(vip, device))) {
                notes.write();
            }
            if (there.isEmpty()) {
                InterfaceAddress wanted = InterfaceAddress.of(device, vip.inet(), vip.v6() ? 128 : 32);
                // Deprecated: never the source of this machine's own IPv6 connections.
                host.put(vip.v6() ? wanted.deprecated() : wanted);
                done.add("added " + vip + "/" + wanted.prefix() + " on " + device);
            }
            return done;
        });
    }

    /// Gives a virtual address up; with the last one the former settings come back.
    ///
    /// @return what was done, a line each; nothing when there was nothing to do
    public List<String> down(IpAddress vip) throws IOException {
        return exclusively(() -> {
            RealServerNotes notes = RealServerNotes.read(file);
            List<InterfaceAddress> all = find(vip);
            String device = notes.held.getOrDefault(vip, LOOPBACK);
            // A director may have taken the address over already: it has it twice then, and keeps the other.
            Optional<InterfaceAddress> there = on(device, all);
            if (there.isEmpty() && !all.isEmpty() && !notes.held.containsKey(vip)) {
                throw new IOException(vip + " is on " + all.getFirst().device()
                        + ": this machine is no real server for it; a director's address goes with pulse");
            }
            var done = new ArrayList<String>();
            if (there.isPresent()) {
                host.delete(there.get());
                done.add("removed " + vip + "/" + there.get().prefix() + " from " + device);
            }
            notes.held.remove(vip);
            if (notes.held.keySet().stream().allMatch(IpAddress::v6)) {
                restore(notes, done);
            }
            notes.write();
            return done;
        });
    }

    /// What this machine holds, as noted, and whether it still is so.
    public List<Held> status() throws IOException {
        RealServerNotes notes = RealServerNotes.read(file);
        List<InterfaceAddress> addresses = host.addresses();
        var all = new ArrayList<Held>();
        notes.held.forEach((address, device) -> {
            String fault = fault(address, device, addresses);
            all.add(new Held(address, device, fault.isEmpty(), fault));
        });
        return all;
    }

    private String fault(IpAddress address, String device, List<InterfaceAddress> addresses) {
        if (addresses.stream()
                .noneMatch(a ->
                        a.device().equals(device) && IpAddress.of(a.address()).equals(address))) {
            return "the address isn't on " + device + " any more";
        }
        if (!address.v6()) {
            for (Map.Entry<String, String> wanted : wanted("all").entrySet()) {
                String value = host.setting(wanted.getKey()).orElse("missing");
                if (!atLeast(value, wanted.getValue())) {
                    return wanted.getKey() + " is " + value + ", not " + wanted.getValue()
                            + ": this machine may answer ARP for the address";
                }
            }
        }
        return "";
    }

    private List<InterfaceAddress> find(IpAddress vip) throws IOException {
        return host.addresses().stream()
                .filter(address -> IpAddress.of(address.address()).equals(vip))
                .toList();
    }

    private static Optional<InterfaceAddress> on(String device, List<InterfaceAddress> all) {
        return all.stream().filter(address -> address.device().equals(device)).findFirst();
    }

    private static void check(IpAddress vip, String device, RealServerNotes notes, List<InterfaceAddress> all)
            throws IOException {
        if (vip.inet().isLoopbackAddress()
                || vip.inet().isMulticastAddress()
                || vip.inet().isAnyLocalAddress()) {
            throw new IOException(vip + " is no address for a virtual server");
        }
        String before = notes.held.get(vip);
        if (before != null && !before.equals(device)) {
            throw new IOException(vip + " is held on " + before + ": down first, then up on " + device);
        }
        for (InterfaceAddress there : all) {
            if (!there.device().equals(device)) {
                throw new IOException(
                        vip + " is on " + there.device()
                                + ", where this machine answers ARP for it: a director's, or its own; take it away there first");
            }
            if (there.prefix() != (vip.v6() ? 128 : 32)) {
                throw new IOException(vip + " is on " + device + " with /" + there.prefix()
                        + ", which makes the whole net this machine's own: ip addr del " + vip + "/" + there.prefix()
                        + " dev " + device);
            }
        }
    }

    private void settings(String device, RealServerNotes notes, List<String> done) throws IOException {
        var all = new TreeMap<>(wanted("all"));
        all.putAll(wanted(device));
        var before = new TreeMap<String, String>();
        for (String name : all.keySet()) {
            before.put(
                    name,
                    host.setting(name)
                            .orElseThrow(() ->
                                    new IOException(name + ": there is no such setting: is " + device + " there?")));
        }
        for (Map.Entry<String, String> wanted : all.entrySet()) {
            String name = wanted.getKey();
            String now = before.getOrDefault(name, "");
            if (!atLeast(now, wanted.getValue())) {
                notes.was.putIfAbsent(name, now);
                notes.write();
                host.set(name, wanted.getValue());
                done.add(name + " = " + wanted.getValue() + " (was " + now + ")");
            }
        }
    }

    private void restore(RealServerNotes notes, List<String> done) throws IOException {
        for (Map.Entry<String, String> before : List.copyOf(notes.was.entrySet())) {
            String name = before.getKey();
            String ours = name.endsWith("arp_ignore") ? "1" : "2";
            Optional<String> now = host.setting(name);
            if (now.isPresent() && now.get().equals(ours)) {
                host.set(name, before.getValue());
                done.add(name + " = " + before.getValue());
            } else if (now.isPresent()) {
                done.add(name + " is " + now.get() + " by somebody else's hand: left so");
            }
            notes.was.remove(name);
        }
    }

    /// Greater values of either setting answer even less.
    private static boolean atLeast(String value, String wanted) {
        try {
            return Integer.parseInt(value) >= Integer.parseInt(wanted);
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static Map<String, String> wanted(String device) {
        return Map.of(
                Sysctl.ofInterface("ipv4", device, "arp_ignore"), "1",
                Sysctl.ofInterface("ipv4", device, "arp_announce"), "2");
    }

    private interface Work {
        List<String> run() throws IOException;
    }

    private List<String> exclusively(Work work) throws IOException {
        Path lock = file.resolveSibling("realserver.lock");
        try {
            Files.createDirectories(file.resolveSibling(""));
        } catch (AccessDeniedException e) {
            throw new IOException("can't write " + file + ": this takes root", e);
        }
        try (var channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var held = channel.lock()) {
            return held.isValid() ? work.run() : List.of();
        } catch (AccessDeniedException e) {
            throw new IOException("can't write " + e.getFile() + ": this takes root", e);
        }
    }
}
