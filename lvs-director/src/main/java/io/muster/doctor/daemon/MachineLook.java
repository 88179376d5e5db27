package io.muster.doctor.daemon;

import io.muster.daemon.Layout;
import io.muster.doctor.MachineFacts;
import io.muster.doctor.MachineFacts.OwnAddress;
import io.muster.doctor.MachineFacts.Path;
import io.muster.driver.Patience;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.daemon.KernelLimits;
import io.muster.net.IpAddress;
import io.muster.os.Echo;
import io.muster.os.InterfaceAddress;
import io.muster.os.Link;
import io.muster.os.NetException;
import io.muster.os.Route;
import io.muster.os.RouteNetlink;
import io.muster.os.Sysctl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Looks at this machine and asks its LANs, for [io.muster.doctor.Doctor]. Changes nothing but loading the module ip_vs
/// where the kernel lacks it. Takes about a second. Thread: one that may block.
public final class MachineLook {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /// More real servers than this aren't asked for their hardware addresses.
    private static final int MOST_ASKED = 256;

    private final LvsConfig config;
    private final Layout layout;
    private final List<String> unseen = new ArrayList<>();

    private MachineLook(LvsConfig config, Layout layout) {
        this.config = config;
        this.layout = layout;
    }

    public static MachineFacts look(LvsConfig config, Layout layout) {
        return new MachineLook(config, layout).facts();
    }

    private MachineFacts facts() {
        String ipvs = ipvs();
        List<Link> links = List.of();
        List<OwnAddress> own = List.of();
        Map<IpAddress, Path> routes = new TreeMap<>();
        Optional<String> defaultDevice = Optional.empty();
        try (var netlink = RouteNetlink.open(LIMIT)) {
            links = netlink.links();
            own = netlink.addresses().stream().map(MachineLook::own).toList();
            for (IpAddress address : farAddresses()) {
                way(netlink, address).ifPresent(path -> routes.put(address, path));
            }
            defaultDevice = netlink.routes().stream()
                    .filter(route -> route.isDefault()
                            && route.table() == Route.MAIN
                            && route.destination().getAddress().length == 4)
                    .min(Comparator.comparingLong(Route::metric))
                    .map(Route::device);
        } catch (NetException e) {
            unseen.add("network: " + e.getMessage());
        }
        LanQuestions lans = LanQuestions.ask(questions(routes), links);
        unseen.addAll(lans.failures());
        return new MachineFacts(
                ipvs.isEmpty(),
                ipvs,
                KernelLimits.modules(),
                settings(links),
                devices(links),
                own,
                routes,
                defaultDevice,
                key(),
                silent(),
                lans.others(virtualAddresses(), links),
                lans.neighbours(farAddresses()),
                runs("pulse"),
                runs("lvsd"),
                unseen);
    }

    private static String ipvs() {
        try (var table = KernelIpvs.open(LIMIT)) {
            table.info();
            return "";
        } catch (IpvsException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static OwnAddress own(InterfaceAddress address) {
        return new OwnAddress(IpAddress.of(address.address()), address.device());
    }

    private static Optional<Path> way(RouteNetlink netlink, IpAddress address) {
        try {
            Route route = netlink.route(address.inet());
            var gateway = route.gateway();
            return Optional.of(new Path(
                    route.device(),
                    gateway == null ? Optional.empty() : Optional.of(IpAddress.of(gateway)),
                    route.local()));
        } catch (NetException e) {
            return Optional.empty();
        }
    }

    private Stream<LvsConfig.Virtual> active() {
        return config.virtuals().stream().filter(LvsConfig.Virtual::active);
    }

    private SortedSet<IpAddress> partners() {
        var all = new TreeSet<IpAddress>();
        Stream.of(config.primary(), config.backup()).flatMap(Optional::stream).forEach(partner -> {
            all.add(partner.publicAddress());
            all.add(partner.privateAddress());
        });
        return all;
    }

    private SortedSet<IpAddress> farAddresses() {
        SortedSet<IpAddress> all = partners();
        active().forEach(virtual -> {
            virtual.servers().stream().filter(LvsConfig.Server::active).forEach(server -> all.add(server.address()));
            virtual.sorryServer().ifPresent(all::add);
        });
        return all;
    }

    private static Map<String, String> settings(List<Link> links) {
        var names = new ArrayList<>(List.of(
                "net.ipv4.ip_forward",
                "net.ipv6.conf.all.forwarding",
                "net.ipv4.vs.expire_quiescent_template",
                "net.ipv4.vs.expire_nodest_conn",
                "net.ipv4.vs.conn_reuse_mode"));
        Stream.concat(Stream.of("all"), links.stream().map(Link::name))
                .forEach(device -> Stream.of("rp_filter", "send_redirects", "promote_secondaries")
                        .forEach(name -> names.add("net.ipv4.conf." + device + "." + name)));
        var values = new HashMap<String, String>();
        for (String name : names) {
            // A device's own dots are slashes to sysctl.
            String[] parts = name.split("\\.");
            String path = name.startsWith("net.ipv4.conf.") && parts.length > 5
                    ? Sysctl.ofInterface(
                            "ipv4",
                            name.substring("net.ipv4.conf.".length(), name.lastIndexOf('.')),
                            parts[parts.length - 1])
                    : name;
            Sysctl.get(path).ifPresent(value -> values.put(name, value));
        }
        return values;
    }

    private static Map<String, Boolean> devices(List<Link> links) {
        var devices = new HashMap<String, Boolean>();
        links.forEach(link -> devices.put(link.name(), link.usable() || link.loopback() && link.up()));
        return devices;
    }

    private Optional<MachineFacts.KeyFile> key() {
        try {
            var file = Files.readAttributes(layout.lvsKey(), PosixFileAttributes.class);
            int mode = 0;
            for (PosixFilePermission permission : file.permissions()) {
                // Declared in the order of the bits, the owner's read first.
                mode |= 0400 >> permission.ordinal();
            }
            return Optional.of(new MachineFacts.KeyFile(mode, file.size()));
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private Set<IpAddress> silent() {
        var silent = new ConcurrentSkipListSet<IpAddress>();
        SortedSet<IpAddress> asked = config.backupActive() ? partners() : new TreeSet<>();
        var left = new AtomicInteger(asked.size());
        var done = new Patience();
        try (var echo = Echo.open()) {
            for (IpAddress address : asked) {
                echo.send(address.inet(), Duration.ofSeconds(1), result -> {
                    if (!result.answered()) {
                        silent.add(address);
                    }
                    if (left.decrementAndGet() == 0) {
                        done.end();
                    }
                });
            }
            if (!asked.isEmpty() && !done.await(3_000)) {
                unseen.add("partners: echo requests came to no end");
            }
        } catch (NetException e) {
            unseen.add("partners: " + e.getMessage());
        }
        return silent;
    }

    private Set<IpAddress> virtualAddresses() {
        return active().flatMap(virtual -> virtual.address().stream())
                .map(LvsConfig.FloatingAddress::address)
                .collect(Collectors.toSet());
    }

    /// Virtual addresses on their devices; real servers and partners, to know them by their hardware addresses.
    private Map<IpAddress, String> questions(Map<IpAddress, Path> routes) {
        var questions = new TreeMap<IpAddress, String>();
        routes.forEach((address, path) -> {
            if (!path.local() && path.gateway().isEmpty() && questions.size() < MOST_ASKED) {
                questions.put(address, path.device());
            }
        });
        active().flatMap(virtual -> virtual.address().stream())
                .forEach(vip -> questions.put(vip.address(), vip.baseDevice()));
        return questions;
    }

    private boolean runs(String daemon) {
        try {
            long pid = Long.parseLong(Files.readString(layout.pidFile(daemon)).strip());
            return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }
}
