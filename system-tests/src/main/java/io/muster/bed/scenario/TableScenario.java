package io.muster.bed.scenario;

import io.muster.bed.Shell;
import io.muster.ipvs.Destination;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.TableInfo;
import io.muster.ipvs.Timeouts;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.net.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

/// `KernelIpvs` on the real kernel: every operation, every refusal, tables of any size, beside the original
/// `ipvsadm`. Runs in the guest's own network, whose table it empties.
final class TableScenario {
    private static final Duration LIMIT = Duration.ofMillis(Site.PATIENCE_MS);
    private static final ServiceId WEB = ServiceId.tcp(ip("10.1.1.1"), 80);
    private static final ServiceId WEB6 = ServiceId.tcp(ip("2001:db8::1"), 80);
    private static final ServiceId NOBODY = ServiceId.tcp(ip("10.1.1.99"), 80);
    private static final Destination ONE = Destination.of(ip("10.9.0.1"), 8080, Forwarding.MASQ, 4);

    private final Report report;
    private final long seed;
    private final KernelIpvs table;

    TableScenario(Report report) throws IOException {
        this.report = report;
        this.seed = Long.getLong("seed", 20_261_121L);
        this.table = KernelIpvs.open(LIMIT);
    }

    void play() {
        report.prove("theKernelSaysItsVersion", new Host[0], () -> {
            expect(new TableInfo(0x010201, 4096), table.info());
            return table.info().versionText();
        });
        report.prove("everyOperationDoesWhatItSays", new Host[0], this::operations);
        report.prove("everyRefusalHasItsNumber", new Host[0], this::refusals);
        report.prove("syncDaemonsStartAndStop", new Host[0], this::syncDaemons);
        report.prove("aRandomTableIsAsTheOriginalSeesIt", new Host[0], this::asTheOriginalSeesIt);
        report.prove("aTableOfTheOriginalsIsReadBack", new Host[0], this::theOriginalsTable);
        report.prove("dumpsOfAnySizeAreWhole", new Host[0], this::large);
        report.prove("everyRefusalOfThousandsArrives", new Host[0], this::manyRefusals);
        report.prove("theFingerprintKnowsWeightsAndNotConnections", new Host[0], this::fingerprint);
        table.close();
    }

    private String operations() throws IOException {
        flush();
        var web = VirtualService.of(WEB, "wrr");
        var web6 = new VirtualService(WEB6, "sh", VirtualService.SCHED2 | 1, 300, 64, "");
        var mark = new VirtualService(ServiceId.mark(0xf000_0001, true), "mh", VirtualService.SCHED1, 0, 128, "");
        var sip = new VirtualService(ServiceId.udp(ip("10.1.1.1"), 5060), "rr", 1, 60, 0xffff_0000, "sip");
        var gue = new Destination(
                ip("10.9.0.3"), 80, Forwarding.TUNNEL, 1, 7, 3, new Tunnel(Tunnel.GUE, 6080, Tunnel.CHECKSUM));
        done(
                new IpvsOp.AddService(web),
                new IpvsOp.AddService(web6),
                new IpvsOp.AddService(mark),
                new IpvsOp.AddService(sip),
                new IpvsOp.AddDestination(WEB, ONE),
                new IpvsOp.AddDestination(WEB6, gue));
        expect(web, one(WEB).service());
        expect(web6, one(WEB6).service());
        expect(mark, one(mark.id()).service());
        expect(sip, one(sip.id()).service());
        expect(List.of(ONE), servers(WEB));
        expect(List.of(gue), servers(WEB6));
        expect(false, table.service(NOBODY).isPresent());
        expect(List.of(), table.destinations(NOBODY));

        // An edit replaces everything but the identity; a destination keeps its place, a new one comes first.
        var edited = new VirtualService(WEB, "wlc", 1, 600, 0xffff_ff00, "");
        Destination two = Destination.of(ip("10.9.0.2"), 80, Forwarding.ROUTE, 0);
        var heavier = new Destination(ONE.address(), ONE.port(), Forwarding.MASQ, 65_536, 20, 10, Tunnel.NONE);
        done(
                new IpvsOp.EditService(edited),
                new IpvsOp.AddDestination(WEB, two),
                new IpvsOp.EditDestination(WEB, heavier),
                new IpvsOp.EditDestination(
                        WEB6, new Destination(gue.address(), 80, Forwarding.TUNNEL, 2, 0, 0, Tunnel.NONE)),
                new IpvsOp.EditService(VirtualService.of(sip.id(), "rr")));
        expect(edited, one(WEB).service());
        expect(List.of(two, heavier), servers(WEB));
        expect(Tunnel.NONE, servers(WEB6).getFirst().tunnel());
        expect(VirtualService.of(sip.id(), "rr"), one(sip.id()).service());

        done(new IpvsOp.Zero(WEB), new IpvsOp.ZeroAll(), new IpvsOp.SetTimeouts(new Timeouts(901, 0, 33)));
        expect(new Timeouts(901, 120, 33), table.timeouts());
        done(new IpvsOp.SetTimeouts(new Timeouts(900, 120, 300)));

        done(new IpvsOp.DeleteDestination(WEB, two), new IpvsOp.DeleteService(WEB6));
        expect(List.of(heavier), servers(WEB));
        expect(3, table.services().size());
        done(new IpvsOp.Flush());
        expect(List.of(), table.table());
        return "16 kinds of exchange";
    }

    private String refusals() throws IOException {
        flush();
        done(
                new IpvsOp.AddService(VirtualService.of(WEB, "rr")),
                new IpvsOp.AddService(VirtualService.of(WEB6, "rr")),
                new IpvsOp.AddDestination(WEB, ONE));
        var none = Destination.of(ip("10.9.0.99"), 80, Forwarding.MASQ, 1);
        var gueWithoutPort =
                new Destination(ip("10.9.0.9"), 80, Forwarding.TUNNEL, 1, 0, 0, new Tunnel(Tunnel.GUE, 0, 0));
        Map<IpvsOp, IpvsError> expected = new java.util.LinkedHashMap<>();
        expected.put(new IpvsOp.AddService(VirtualService.of(WEB, "rr")), IpvsError.EXISTS);
        expected.put(new IpvsOp.AddService(VirtualService.of(NOBODY, "nosuch")), IpvsError.NO_DESTINATION);
        expected.put(
                new IpvsOp.AddService(new VirtualService(NOBODY, "rr", 1, 300, -1, "nosuch")),
                IpvsError.NO_DESTINATION);
        expected.put(
                new IpvsOp.AddService(new VirtualService(ServiceId.tcp(ip("2001:db8::9"), 1), "rr", 1, 9, 0, "")),
                IpvsError.INVALID);
        expected.put(new IpvsOp.EditService(VirtualService.of(NOBODY, "rr")), IpvsError.NO_SERVICE);
        expected.put(new IpvsOp.EditService(VirtualService.of(WEB, "nosuch")), IpvsError.NO_DESTINATION);
        expected.put(new IpvsOp.DeleteService(NOBODY), IpvsError.NO_SERVICE);
        expected.put(new IpvsOp.Zero(NOBODY), IpvsError.NO_SERVICE);
        expected.put(new IpvsOp.AddDestination(NOBODY, ONE), IpvsError.NO_SERVICE);
        expected.put(new IpvsOp.AddDestination(WEB, ONE), IpvsError.EXISTS);
        expected.put(new IpvsOp.EditDestination(WEB, none), IpvsError.NO_DESTINATION);
        expected.put(new IpvsOp.DeleteDestination(WEB, none), IpvsError.NO_DESTINATION);
        expected.put(new IpvsOp.AddDestination(WEB, none.withWeight(-1)), IpvsError.RANGE);
        expected.put(
                new IpvsOp.AddDestination(
                        WEB, new Destination(none.address(), 80, Forwarding.MASQ, 1, 3, 9, Tunnel.NONE)),
                IpvsError.RANGE);
        expected.put(
                new IpvsOp.AddDestination(WEB, Destination.of(ip("224.0.0.9"), 80, Forwarding.MASQ, 1)),
                IpvsError.INVALID);
        expected.put(new IpvsOp.AddDestination(WEB, gueWithoutPort), IpvsError.INVALID);
        expected.put(
                new IpvsOp.AddDestination(WEB6, Destination.of(ip("10.9.0.9"), 80, Forwarding.MASQ, 1)),
                IpvsError.INVALID);
        expected.put(new IpvsOp.SetTimeouts(new Timeouts(-1, 0, 0)), IpvsError.INVALID);
        expected.put(new IpvsOp.StartDaemon(SyncDaemon.of(true, "nosuch", 1)), IpvsError.NO_DEVICE);
        expected.put(new IpvsOp.StopDaemon(true, 1), IpvsError.NO_SERVICE);
        List<IpvsOp> operations = List.copyOf(expected.keySet());
        List<IpvsError> got = table.apply(operations);
        var wrong = new ArrayList<String>();
        for (int i = 0; i < got.size(); i++) {
            IpvsError wanted = expected.get(operations.get(i));
            if (!got.get(i).equals(wanted)) {
                wrong.add(operations.get(i) + ": " + got.get(i) + " where " + wanted + " is expected");
            }
        }
        expect(List.of(), wrong);
        expect(List.of(ONE), servers(WEB));
        return operations.size() + " refusals";
    }

    private String syncDaemons() throws IOException {
        run("ip", "link", "add", "sync0", "up", "mtu", "1500", "type", "dummy");
        var plain = SyncDaemon.of(true, "sync0", 7);
        var special = new SyncDaemon(false, "sync0", 9, 1200, ip("224.0.0.99"), 9000, 3);
        done(new IpvsOp.StartDaemon(plain), new IpvsOp.StartDaemon(special));
        List<SyncDaemon> running = table.daemons();
        expect(2, running.size());
        SyncDaemon master =
                running.stream().filter(SyncDaemon::master).findFirst().orElseThrow();
        expect(
                "sync0 7 224.0.0.81 8848 1",
                master.mcastInterface() + " " + master.syncId() + " " + master.group() + " " + master.port() + " "
                        + master.ttl());
        expect(true, running.contains(special));
        expect(List.of(IpvsError.EXISTS), table.apply(List.of(new IpvsOp.StartDaemon(plain))));
        done(new IpvsOp.StopDaemon(true, 7), new IpvsOp.StopDaemon(false, 9));
        expect(List.of(), table.daemons());
        // Stopped before its thread ever ran: the kernel answers nothing.
        for (int i = 0; i < 20; i++) {
            done(new IpvsOp.StartDaemon(plain), new IpvsOp.StopDaemon(true, 7));
        }
        expect(List.of(), table.daemons());
        run("ip", "link", "del", "sync0");
        return "master of " + master.maxBytes() + " octets, backup of " + special.maxBytes();
    }

    private String asTheOriginalSeesIt() throws IOException {
        flush();
        List<TableOracle.Wanted> wanted = new TableOracle(new SplittableRandom(seed)).table(150);
        var operations = new ArrayList<IpvsOp>();
        for (TableOracle.Wanted each : wanted) {
            operations.add(new IpvsOp.AddService(each.service()));
            each.destinations()
                    .forEach(d -> operations.add(
                            new IpvsOp.AddDestination(each.service().id(), d)));
        }
        done(operations.toArray(IpvsOp[]::new));
        List<ServiceEntry> read = table.table();
        var byId = new HashMap<ServiceId, ServiceEntry>();
        read.forEach(entry -> byId.put(entry.service().id(), entry));
        for (TableOracle.Wanted each : wanted) {
            ServiceEntry entry = byId.remove(each.service().id());
            expect(each.service(), entry == null ? null : entry.service());
            expect(each.destinations().reversed(), destinations(entry == null ? List.of() : entry.destinations()));
        }
        expect(Map.of(), byId);
        same(TableOracle.saved(read), original("ipvsadm", "-Sn"));
        // What -S leaves out.
        String limits = run("ipvsadm", "-Ln", "--thresholds");
        for (ServiceEntry entry : read) {
            for (Destination d : destinations(entry.destinations())) {
                if (d.upper() != 0 && limits.lines().noneMatch(l -> hasLimits(l, d))) {
                    throw new IllegalStateException(d + " isn't in ipvsadm -Ln --thresholds, seed " + seed);
                }
            }
        }
        return wanted.size() + " services, " + (operations.size() - wanted.size()) + " servers, seed " + seed;
    }

    private static boolean hasLimits(String line, Destination d) {
        String[] fields = line.strip().split(" +");
        String at = d.address().v6() ? "[" + d.address() + "]" : d.address().toString();
        return fields.length > 3
                && fields[1].equals(at + ":" + d.port())
                && fields[2].equals(Integer.toString(d.upper()))
                && fields[3].equals(Integer.toString(d.lower()));
    }

    private String theOriginalsTable() throws IOException {
        SortedSet<String> lines = original("ipvsadm", "-Sn");
        flush();
        // Services before their servers: sorted, -A comes first.
        String file = "/tmp/table";
        java.nio.file.Files.write(java.nio.file.Path.of(file), lines);
        run("sh", "-c", "ipvsadm -R < " + file);
        same(lines, TableOracle.saved(table.table()));
        same(lines, original("ipvsadm", "-Sn"));
        return lines.size() + " lines";
    }

    private String large() throws IOException {
        flush();
        var operations = new ArrayList<IpvsOp>();
        for (int i = 0; i < 3_000; i++) {
            ServiceId id = ServiceId.tcp(new IpAddress(false, 0, 0x0a01_0000L + i), 80);
            operations.add(new IpvsOp.AddService(VirtualService.of(id, "rr")));
        }
        ServiceId big = ServiceId.tcp(new IpAddress(false, 0, 0x0a01_0000L), 80);
        for (int i = 0; i < 3_000; i++) {
            operations.add(new IpvsOp.AddDestination(
                    big, Destination.of(new IpAddress(false, 0, 0x0a09_0000L + i), 80, Forwarding.ROUTE, i)));
        }
        done(operations.toArray(IpvsOp[]::new));
        expect(3_000, table.services().size());
        List<Destination> servers = servers(big);
        expect(3_000, servers.size());
        for (int i = 0; i < 3_000; i++) {
            expect(2_999 - i, servers.get(i).weight());
        }
        flush();
        return "3000 services, 3000 servers of one of them";
    }

    private String manyRefusals() throws IOException {
        flush();
        done(new IpvsOp.AddService(VirtualService.of(WEB, "rr")));
        var operations = new ArrayList<IpvsOp>();
        for (int i = 0; i < 6_000; i++) {
            Destination d = Destination.of(new IpAddress(false, 0, 0x0a09_0000L + i / 3), 80, Forwarding.ROUTE, 1);
            // Of three one is done, one is refused because of it, one has no service.
            operations.add(new IpvsOp.AddDestination(i % 3 == 2 ? NOBODY : WEB, d));
        }
        List<IpvsError> got = table.apply(operations);
        for (int i = 0; i < got.size(); i++) {
            IpvsError wanted = List.of(IpvsError.OK, IpvsError.EXISTS, IpvsError.NO_SERVICE)
                    .get(i % 3);
            if (!got.get(i).equals(wanted)) {
                throw new IllegalStateException("operation " + i + ": " + got.get(i) + " where " + wanted);
            }
        }
        expect(2_000, servers(WEB).size());
        flush();
        return "4000 of 6000";
    }

    /// A service of this machine's own, so that a connection can be made to it without another machine.
    private String fingerprint() throws IOException {
        flush();
        long empty = table.fingerprint();
        run("ip", "addr", "add", "10.1.1.1/32", "dev", "lo");
        run("ip", "addr", "add", "10.9.0.1/32", "dev", "lo");
        Destination here = Destination.of(ONE.address(), 80, Forwarding.MASQ, 1);
        done(new IpvsOp.AddService(VirtualService.of(WEB, "rr")), new IpvsOp.AddDestination(WEB, here));
        long before = table.fingerprint();
        expect(false, empty == before);
        try (var server = new ServerSocket(80, 50, InetAddress.ofLiteral("10.9.0.1"));
                var client = new Socket()) {
            client.connect(new InetSocketAddress(WEB.address().inet(), 80), Site.PATIENCE_MS);
            try (var accepted = server.accept()) {
                DestinationEntry counted = table.destinations(WEB).getFirst();
                expect(1L, counted.active());
                expect(0L, counted.inactive());
                expect(true, accepted.isConnected());
                expect(before, table.fingerprint());
            }
        }
        done(new IpvsOp.EditDestination(WEB, here.withWeight(2)));
        long heavier = table.fingerprint();
        expect(false, before == heavier);
        done(new IpvsOp.EditService(VirtualService.of(WEB, "wrr")));
        expect(false, heavier == table.fingerprint());
        flush();
        expect(empty, table.fingerprint());
        return "0x" + Long.toHexString(before);
    }

    private void flush() throws IOException {
        done(new IpvsOp.Flush());
    }

    private void done(IpvsOp... operations) throws IpvsException {
        List<IpvsError> results = table.apply(List.of(operations));
        for (int i = 0; i < operations.length; i++) {
            if (!results.get(i).ok()) {
                throw new IllegalStateException(
                        operations[i] + ": " + results.get(i).words() + ", seed " + seed);
            }
        }
    }

    private ServiceEntry one(ServiceId id) throws IpvsException {
        return table.service(id).orElseThrow(() -> new IllegalStateException("no " + id));
    }

    private List<Destination> servers(ServiceId id) throws IpvsException {
        return destinations(table.destinations(id));
    }

    private static List<Destination> destinations(List<DestinationEntry> entries) {
        return entries.stream().map(DestinationEntry::destination).toList();
    }

    private static SortedSet<String> original(String... command) {
        var lines = new TreeSet<String>();
        run(command).lines().map(String::strip).filter(l -> !l.isEmpty()).forEach(lines::add);
        return lines;
    }

    private static String run(String... command) {
        return Shell.run(Site.PATIENCE_MS, Map.of(), List.of(command)).expectOk(String.join(" ", command));
    }

    private void same(SortedSet<String> wanted, SortedSet<String> got) {
        if (!wanted.equals(got)) {
            var missing = new TreeSet<>(wanted);
            missing.removeAll(got);
            var extra = new TreeSet<>(got);
            extra.removeAll(wanted);
            throw new IllegalStateException("seed " + seed + ": missing " + missing.size() + ": " + some(missing)
                    + "; not wanted " + extra.size() + ": " + some(extra));
        }
    }

    private static List<String> some(SortedSet<String> lines) {
        return lines.stream().limit(3).toList();
    }

    private void expect(Object wanted, @org.jspecify.annotations.Nullable Object got) {
        if (!wanted.equals(got)) {
            throw new IllegalStateException("expected " + wanted + " but was " + got + ", seed " + seed);
        }
    }

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }
}
