package io.muster.bench;

import io.muster.bed.Directories;
import io.muster.bed.Home;
import io.muster.bed.Jvm;
import io.muster.bed.root.Root;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// What checks cost: processor time for each, and memory; beside keepalived's with the same servers in
/// the same run. Each measurement has a network of its own, so that what one leaves behind doesn't slow
/// the next down. The servers are another process, whose time isn't counted; connections are counted
/// there, for both alike.
final class BenchChecks {
    private static final int PORT = 8000;
    private static final long INTERVAL_MS = 5_000;
    private static final int START_MS = 240_000;
    private static final int SETTLE_SEC = 5;
    private static final int WARM_SEC = 30;
    private static final int WATCH_SEC = 30;
    private static final long SEED = 1;

    /// Keepalived doesn't run without IPVS. A filter of system calls (seccomp(2), x86-64) lets every
    /// IPVS socket option (getsockopt and setsockopt, level 0, options 1152 and up) succeed without
    /// doing anything; its checkers then run as always, and changing the table costs them nothing. Both
    /// sides run below it, because it costs each system call a little.
    private static final String BELIEVES_IN_IPVS = """
            my @filter = ([0x20,0,0,0], [0x15,2,0,54], [0x15,1,0,55], [0x06,0,0,0x7fff0000],
                [0x20,0,0,24], [0x15,0,3,0], [0x20,0,0,32], [0x35,0,1,1152],
                [0x06,0,0,0x00050000], [0x06,0,0,0x7fff0000]);
            my $code = join '', map { pack 'SCCL', @$_ } @filter;
            my $program = pack 'Sx6P', scalar(@filter), $code;
            syscall(157, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
            syscall(157, 22, 2, $program) == 0 or die "seccomp: $!";
            exec @ARGV or die "exec: $!";
            """;

    /// What one measurement gave.
    ///
    /// @param usPerCheck processor time of the checking processes
    private record Figure(double checksPerSec, double usPerCheck, double corePercent, double rssMb) {
        Map<String, Object> json() {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("checks_per_s", checksPerSec);
            all.put("us_per_check", usPerCheck);
            all.put("cpu_percent", Math.round(corePercent * 100) / 100.0);
            all.put("rss_mb", rssMb);
            return all;
        }
    }

    private BenchChecks() {}

    static Map<String, Object> run(PrintStream out) throws IOException {
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("seed", SEED);
        figures.put("interval_ms", INTERVAL_MS);
        Path dir = Files.createTempDirectory("muster-bench-checks");
        try {
            out.println("                             checks/s   us/check   core (pct.)   RSS MB");
            for (int count : new int[] {1_000, 10_000}) {
                Figure peer = keepalived() ? keepalived(dir, count) : null;
                Figure ours = ours(dir, count, "connect");
                put(figures, "connect_" + count, "connects to " + count, ours, out);
                if (peer != null) {
                    put(figures, "keepalived_connect_" + count, "  keepalived", peer, out);
                    double ratio = ours.usPerCheck() / peer.usPerCheck();
                    figures.put("ratio_percent_" + count, Math.round(ratio * 100));
                    out.printf(Locale.ROOT, "  ours / keepalived           %19.2f%n", ratio);
                }
            }
            put(figures, "talk_1000", "send/expect to 1000", ours(dir, 1_000, "talk"), out);
            put(figures, "http_1000", "HTTP status of 1000", ours(dir, 1_000, "http"), out);
        } finally {
            Directories.delete(dir);
        }
        return figures;
    }

    private static void put(Map<String, Object> figures, String key, String words, Figure figure, PrintStream out) {
        figures.put(key, figure.json());
        out.printf(
                Locale.ROOT,
                "%-27s %9.1f  %9.1f  %12.2f  %7.1f%n",
                words,
                figure.checksPerSec(),
                figure.usPerCheck(),
                figure.corePercent(),
                figure.rssMb());
        out.flush();
    }

    private static boolean keepalived() {
        return Root.absence("keepalived").isEmpty();
    }

    private static Figure ours(Path dir, int count, String kind) throws IOException {
        // lvsd's own launcher with another main class: the very options it runs with.
        String launcher = Files.readString(Home.dir().resolve("bin/lvsd"));
        Path script = dir.resolve("bin/checks");
        Files.createDirectories(script.getParent());
        Files.writeString(
                script,
                launcher.replace("io.muster.lvs.daemon.Lvsd", CheckLoad.class.getName())
                        .replaceFirst("(?m)^h=.*$", "h='" + Home.dir() + "'"));
        // Its start-up cache belongs to lvsd and names other classes.
        return measure(
                dir,
                count,
                List.of(
                        "env",
                        "MUSTER_AOT=-XX:+UseSerialGC",
                        "sh",
                        script.toString(),
                        Integer.toString(count),
                        kind,
                        Integer.toString(PORT),
                        Long.toString(INTERVAL_MS),
                        Long.toString(SEED)));
    }

    private static Figure keepalived(Path dir, int count) throws IOException {
        var text = new StringBuilder("global_defs {\n}\nvirtual_server 10.9.9.9 80 {\n delay_loop ")
                .append(INTERVAL_MS / 1000)
                .append("\n lb_algo rr\n lb_kind NAT\n protocol TCP\n");
        for (int i = 0; i < count; i++) {
            text.append(" real_server ")
                    .append(CheckLoad.server(i))
                    .append(' ')
                    .append(PORT)
                    .append(" {\n  weight 1\n  TCP_CHECK {\n   connect_timeout 5\n  }\n }\n");
        }
        Path file = dir.resolve("keepalived.conf");
        Files.writeString(file, text.append("}\n"));
        List<String> command = new ArrayList<>(Root.of("keepalived").inside());
        command.addAll(List.of(
                "keepalived",
                "--check",
                "--dont-fork",
                "--log-console",
                "-f",
                file.toString(),
                "-p",
                dir.resolve("keepalived.pid").toString(),
                "-c",
                dir.resolve("checkers.pid").toString()));
        return measure(dir, count, command);
    }

    private static Figure measure(Path dir, int targets, List<String> command) throws IOException {
        Path log = dir.resolve("log");
        var processes = new ArrayList<Process>();
        try {
            Process network = new ProcessBuilder(
                            "unshare", "--net", "sh", "-c", "ip link set lo up && echo ready && exec cat")
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            processes.add(network);
            ready(network.inputReader(), "a network of its own");
            Process servers = within(
                    network,
                    log,
                    List.of(
                            Jvm.java(),
                            "-XX:+UseSerialGC",
                            "-Xmx256m",
                            "-cp",
                            Jvm.classPath(),
                            CheckTargets.class.getName(),
                            Integer.toString(PORT)));
            processes.add(servers);
            BufferedReader counts = servers.inputReader(StandardCharsets.US_ASCII);
            ready(counts, "the servers");
            var ask = new PrintWriter(servers.outputWriter(StandardCharsets.US_ASCII), true);
            List<String> filtered = new ArrayList<>(List.of("perl", "-e", BELIEVES_IN_IPVS));
            filtered.addAll(command);
            Process checker = within(network, log, filtered);
            processes.add(checker);
            drain(checker);
            settle(targets, checker, () -> count(ask, counts));
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(WARM_SEC));
            List<Long> pids = family(checker.pid());
            long taken = count(ask, counts);
            long ticks = ticks(pids);
            long began = System.nanoTime();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(WATCH_SEC));
            long checks = count(ask, counts) - taken;
            double seconds = (System.nanoTime() - began) / 1e9;
            double cpu = (ticks(pids) - ticks) / 100.0;
            if (!checker.isAlive() || checks == 0) {
                throw new IllegalStateException(command.getFirst() + " made no checks: "
                        + Files.readString(log).strip());
            }
            return new Figure(checks / seconds, cpu * 1e6 / checks, cpu * 100 / seconds, rss(pids) / 1024.0);
        } finally {
            for (Process process : processes.reversed()) {
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        }
    }

    /// Waits until the checks come at their rate: keepalived needs minutes for the first ten thousand.
    private static void settle(int targets, Process checker, LongSupplier count) {
        double wanted = 0.95 * targets * SETTLE_SEC * 1000 / INTERVAL_MS;
        long end = System.nanoTime() + START_MS * 1_000_000L;
        long before = 0;
        long now = 0;
        while (now - before < wanted || before == 0) {
            if (System.nanoTime() - end > 0 || !checker.isAlive()) {
                throw new IllegalStateException("the checks of " + targets + " servers don't come at their rate");
            }
            before = now;
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(SETTLE_SEC));
            now = count.getAsLong();
        }
    }

    /// Reads on, or a full pipe would stop it; its figures are read elsewhere.
    private static void drain(Process process) {
        Thread.ofVirtual().start(() -> {
            try (var from = process.getInputStream()) {
                from.transferTo(java.io.OutputStream.nullOutputStream());
            } catch (IOException e) {
                // It has ended.
            }
        });
    }

    private static Process within(Process network, Path log, List<String> command) throws IOException {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", Long.toString(network.pid()), "-n", "--"));
        all.addAll(command);
        return new ProcessBuilder(all)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private static void ready(BufferedReader from, String what) throws IOException {
        String line = from.readLine();
        if (!"ready".equals(line)) {
            throw new IllegalStateException(what + " can't be had here; root is needed");
        }
    }

    private static long count(PrintWriter ask, BufferedReader counts) {
        ask.println();
        try {
            return Long.parseLong(String.valueOf(counts.readLine()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Long> family(long pid) {
        List<Long> pids = new ArrayList<>(List.of(pid));
        ProcessHandle.of(pid).ifPresent(p -> p.descendants().forEach(d -> pids.add(d.pid())));
        return pids;
    }

    private static long ticks(List<Long> pids) throws IOException {
        long sum = 0;
        for (long pid : pids) {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            sum += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        }
        return sum;
    }

    private static long rss(List<Long> pids) throws IOException {
        long sum = 0;
        for (long pid : pids) {
            sum += Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .sum();
        }
        return sum;
    }
}
