package io.muster.bed.scenario;

import io.muster.bed.Figures;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import io.muster.cli.Json;
import io.muster.ipvs.Destination;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.net.IpAddress;
import io.muster.os.NetworkNamespace;
import io.muster.os.RouteNetlink;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What `./muster bench table` runs in a guest: 1,000 services with 10 real servers each, set up and read back, beside
/// the original `ipvsadm` on the same kernel, one after the other in every round. Each set-up is into an empty network
/// namespace of its own: a flushed table leaves its servers behind for two minutes, and every new one is looked for
/// among them, which would measure the kernel's list instead.
///
/// The command is timed whole, ours beside the original, on this table and on one of two services.
///
/// Ours is the exchange in a JVM that runs already, with the compiler a daemon's has, and has read such a table some
/// times; the very
/// first, when classes are loaded and nothing is compiled, is told apart. The original is its whole process, timed by
/// the shell that starts it.
public final class TableBench {
    /// Begins the line that the host takes the figures from.
    public static final String FIGURES = "figures ";

    private static final int SERVICES = 1_000;
    private static final int SERVERS = 10;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int WARMING = 15;
    private static final int SETTLE_MS = 300;
    private static final int SHELL_MS = 120_000;
    private static final int SMALL = 2;
    private static final String OURS = "'" + Home.dir().resolve("bin/ipvsadm") + "'";
    private static final Path RULES = Path.of("/tmp/bench-table.rules");

    private final PrintStream out;
    private final List<IpvsOp> operations = new ArrayList<>();
    private final List<String> rules = new ArrayList<>();
    private final List<Double> restores = new ArrayList<>();
    private final List<Double> applies = new ArrayList<>();
    private final List<Double> lists = new ArrayList<>();
    private final List<Double> reads = new ArrayList<>();
    private final List<Double> prints = new ArrayList<>();
    private final List<Double> commands = new ArrayList<>();
    private final List<Double> smallCommands = new ArrayList<>();
    private final List<Double> smallLists = new ArrayList<>();

    TableBench(PrintStream out) {
        this.out = out;
    }

    void run(int rounds) throws IOException {
        prepare();
        // Both find every module loaded.
        shell("modprobe -a ip_vs ip_vs_wlc");
        for (int i = 0; i <= rounds; i++) {
            apart(this::ours);
            apart(this::theirs);
            apart(this::small);
        }
        Files.delete(RULES);
        tell(rounds);
    }

    private void prepare() throws IOException {
        for (int i = 0; i < SERVICES; i++) {
            ServiceId id = ServiceId.tcp(new IpAddress(false, 0, 0x0a01_0000L + i), 80);
            operations.add(new IpvsOp.AddService(VirtualService.of(id, "wlc")));
            rules.add("-A -t " + id.address() + ":80 -s wlc");
            for (int n = 1; n <= SERVERS; n++) {
                IpAddress server = new IpAddress(false, 0, 0x0a09_0000L + i * 16L + n);
                operations.add(new IpvsOp.AddDestination(id, Destination.of(server, 80, Forwarding.ROUTE, n)));
                rules.add("-a -t " + id.address() + ":80 -r " + server + ":80 -g -w " + n);
            }
        }
        Files.write(RULES, rules);
    }

    private interface Part {
        void play(KernelIpvs table) throws IOException;
    }

    /// In a namespace of its own; then the kernel gets time to take that apart.
    private static void apart(Part part) throws IOException {
        try {
            NetworkNamespace.inNew(() -> {
                // With no address at all, every server's would pass for a broadcast one and be refused.
                try (var route = RouteNetlink.open(LIMIT)) {
                    route.setUp("lo", true);
                }
                try (var table = KernelIpvs.open(LIMIT)) {
                    part.play(table);
                }
                return true;
            });
            TimeUnit.MILLISECONDS.sleep(SETTLE_MS);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void ours(KernelIpvs table) throws IOException {
        double began = System.nanoTime();
        List<IpvsError> results = table.apply(operations);
        applies.add(since(began));
        for (int i = 0; i < results.size(); i++) {
            if (!results.get(i).ok()) {
                throw new IllegalStateException(
                        "operation " + i + ": " + results.get(i).words());
            }
        }
        began = System.nanoTime();
        List<ServiceEntry> read = table.table();
        reads.add(since(began));
        check(read);
        for (int i = 0; i < WARMING && reads.size() == 1; i++) {
            table.table();
        }
        began = System.nanoTime();
        table.fingerprint();
        prints.add(since(began));
        lists.add(timed("ipvsadm -Ln >/dev/null"));
        commands.add(timed(OURS + " -Ln >/dev/null"));
    }

    private void small(KernelIpvs table) throws IOException {
        table.apply(operations.subList(0, SMALL * (1 + SERVERS)));
        smallLists.add(timed("ipvsadm -Ln >/dev/null"));
        smallCommands.add(timed(OURS + " -Ln >/dev/null"));
    }

    private void theirs(KernelIpvs table) throws IOException {
        restores.add(timed("ipvsadm -R <" + RULES));
        check(table.table());
    }

    private static void check(List<ServiceEntry> read) {
        long servers = read.stream().mapToLong(s -> s.destinations().size()).sum();
        long weights = read.stream()
                .flatMap(s -> s.destinations().stream())
                .mapToLong(d -> d.destination().weight())
                .sum();
        if (read.size() != SERVICES || servers != SERVICES * SERVERS || weights != SERVICES * 55L) {
            throw new IllegalStateException(read.size() + " services, " + servers + " servers, weights " + weights);
        }
    }

    private void tell(int rounds) {
        var figures = new LinkedHashMap<String, Object>();
        figures.put("services", SERVICES);
        figures.put("servers", SERVICES * SERVERS);
        figures.put("rounds", rounds);
        compare(figures, "set_up", "ipvsadm -R", applies, restores, 1.0 / 3);
        compare(figures, "read_back", "ipvsadm -Ln", reads, lists, 0.5);
        command(figures, "command_large", commands, lists);
        command(figures, "command_small", smallCommands, smallLists);
        double print = Figures.quantile(prints.subList(1, prints.size()), 0.5);
        out.printf(Locale.ROOT, "%-10s %8.1f ms, the cheap look for differences%n", "fingerprint", print);
        figures.put("fingerprint_ms", print);
        out.println(FIGURES + Json.text(figures));
        out.flush();
    }

    /// The first round isn't counted in the medians, ours or theirs.
    private void compare(
            Map<String, Object> figures,
            String name,
            String what,
            List<Double> ours,
            List<Double> theirs,
            double goal) {
        List<Double> warm = ours.subList(1, ours.size());
        List<Double> original = theirs.subList(1, theirs.size());
        double base = Figures.quantile(original, 0.5);
        double ratio = Figures.quantile(warm, 0.5) / base;
        double first = ours.getFirst() / base;
        out.printf(
                Locale.ROOT,
                "%-10s %8.1f ms p50 in a warm JVM, %8.1f ms the first time; %s %8.1f ms p50: ratio %.3f (first %.3f),"
                        + " goal %.3f%n",
                name,
                Figures.quantile(warm, 0.5),
                ours.getFirst(),
                what,
                base,
                ratio,
                first,
                goal);
        var figure = new LinkedHashMap<String, Object>();
        figure.put("ours_ms", Figures.summary(warm));
        figure.put("ours_first_ms", ours.getFirst());
        figure.put("ipvsadm_ms", Figures.summary(original));
        figure.put("ratio_percent", ratio * 100);
        figure.put("ratio_first_percent", first * 100);
        figure.put("goal_percent", goal * 100);
        figures.put(name, figure);
    }

    private void command(Map<String, Object> figures, String name, List<Double> ours, List<Double> theirs) {
        Map<String, Object> mine = Figures.summary(ours.subList(1, ours.size()));
        Map<String, Object> original = Figures.summary(theirs.subList(1, theirs.size()));
        double base = Figures.quantile(theirs.subList(1, theirs.size()), 0.5);
        double own = Figures.quantile(ours.subList(1, ours.size()), 0.5);
        out.printf(
                Locale.ROOT,
                "%-13s %8.1f ms p50 for the whole of our ipvsadm -Ln, the original %8.1f ms: ratio %.3f%n",
                name,
                own,
                base,
                own / base);
        var figure = new LinkedHashMap<String, Object>();
        figure.put("ours_ms", mine);
        figure.put("ipvsadm_ms", original);
        figure.put("ratio_percent", own / base * 100);
        figures.put(name, figure);
    }

    private static double since(double beganNs) {
        return (System.nanoTime() - beganNs) / 1e6;
    }

    /// Wall milliseconds as bash has them, so that starting the shell from a JVM isn't counted.
    private static double timed(String command) {
        String said = shell("TIMEFORMAT=%3R; time " + command);
        return Double.parseDouble(said.strip().replace(',', '.')) * 1000;
    }

    private static String shell(String script) {
        Shell.Result result = Shell.run(SHELL_MS, Map.of("LC_ALL", "C"), List.of("bash", "-c", script));
        result.expectOk(script);
        return result.err();
    }
}
