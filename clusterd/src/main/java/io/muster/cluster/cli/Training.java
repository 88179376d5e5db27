package io.muster.cluster.cli;

import io.muster.driver.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// Makes the start-up (AOT) caches of daemons and commands: `training CACHES`, run by `./muster build` and `./muster
/// install`. Decision 0170.
///
/// One node's daemons, each told to write down what it loaded when it ends, form a cluster with a clusterd. All of it
/// lies in a temporary directory and talks over loopback addresses: no namespaces, no rights, nothing of the machine
/// is changed. Whoever starts it takes away root's rights first; as long as it has any over the network or over other
/// processes, it refuses.
///
/// `training tools` and `training xmltools` are the runs of the tools.
public final class Training {
    private static final long DAEMON_MS = 20_000;
    private static final long TOOLS_MS = 30_000;
    private static final long END_MS = 40_000;
    private static final long LOOK_MS = 50;

    private final Path caches;
    private final TrainingSite site;

    private Training(Path caches, TrainingSite site) {
        this.caches = caches;
        this.site = site;
    }

    public static void main(String[] args) throws IOException {
        if (args.length == 1 && TrainingTools.NAMES.contains(args[0])) {
            TrainingTools.run(args[0]);
            System.exit(0);
        }
        if (args.length != 1) {
            System.err.println("Usage: training CACHES");
            System.exit(1);
        }
        String rights = TrainingSite.rights();
        if (!rights.isEmpty()) {
            System.err.println("training: it needs no rights and has some: " + rights
                    + ": start it with setpriv --bounding-set=-all,+dac_override");
            System.exit(1);
        }
        Path dir = Files.createTempDirectory("muster-train-");
        try (TrainingSite site = TrainingSite.in(dir)) {
            var training = new Training(Path.of(args[0]).toAbsolutePath(), site);
            training.cluster();
            training.directors();
        } finally {
            delete(dir);
        }
        System.exit(0);
    }

    /// The first node runs the four daemons, the second the one that is all of them.
    private void cluster() throws IOException {
        TrainingNode four = site.node(1);
        TrainingNode one = site.node(2);
        start(one, "clusterd", "-f");
        start(four, "cman", "-f");
        until("cman's socket", DAEMON_MS, () -> Files.exists(four.socket("cman")));
        for (String daemon : List.of("fenced", "rgmanager", "ccsd")) {
            start(four, daemon, "-f");
        }
        // A service that starts and is asked for trains what a fail-over will need.
        until("the service", DAEMON_MS, () -> Files.exists(site.served()));
        tools(four, "training", "tools");
        tools(four, "training_xml", "xmltools");
        // Each writes its cache as it ends, and all processors are busy then: one at a time.
        for (String daemon : List.of("rgmanager", "ccsd", "fenced", "cman")) {
            stop(four, daemon);
        }
        stop(one, "clusterd");
    }

    /// A director that says what it would do: the kernel is asked and told nothing. Its partner never answers, and
    /// strangers do.
    private void directors() throws IOException {
        TrainingNode node = site.node(1);
        site.writeDirectors();
        node.start("training_pulse", cache("pulse"), "-n", "--test-start", "--lvsd", "none");
        until("pulse to become active", DAEMON_MS, () -> site.strangersTalk(node.said("training_pulse")));
        stop(node, "training_pulse");
        node.start("lvsd", cache("lvsd"), "--test-start");
        until("lvsd", TOOLS_MS, () -> node.ended("lvsd"));
    }

    private void tools(TrainingNode node, String command, String which) throws IOException {
        node.start(command, cache(which), which);
        until(which, TOOLS_MS, () -> node.ended(command));
    }

    private void start(TrainingNode node, String daemon, String... options) throws IOException {
        node.start(daemon, cache(daemon), options);
    }

    private static void stop(TrainingNode node, String daemon) {
        if (node.ended(daemon)) {
            System.err.println("training: " + daemon + " has ended by itself:\n" + node.lastWords(daemon));
            return;
        }
        node.terminate(daemon);
        if (!until(daemon + "'s end", END_MS, () -> node.ended(daemon))) {
            System.err.println(node.lastWords(daemon));
        }
    }

    private String cache(String name) {
        return "-XX:AOTCacheOutput=" + caches.resolve(name + ".aot");
    }

    private static boolean until(String what, long limitMs, BooleanSupplier condition) {
        boolean became = Patience.until(limitMs, LOOK_MS, condition);
        if (!became) {
            System.err.println("training: waited in vain for " + what);
        }
        return became;
    }

    private static void delete(Path dir) {
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.err.println("training: can't remove " + dir + ": " + e.getMessage());
        }
    }
}
