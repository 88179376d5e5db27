package io.muster.testbed;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.lab.Lab;
import io.muster.lab.LabResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `./muster bench director`: starts the measurement of a director's death where it can be made: in a box of
/// namespaces of this machine, whose kernel may have no IPVS but whose clock is true; with `--lab` in a guest, with
/// IPVS.
final class BenchDirector {
    private static final String USAGE = "Usage: ./muster bench director [--trials N] [--lab] [--json FILE]\n";

    private BenchDirector() {}

    /// @return the exit status
    static int run(String[] args, PrintStream out, PrintStream err) {
        Getopt options = new Getopt(
                "bench",
                args,
                "h",
                err,
                new LongOption("trials", LongOption.Argument.REQUIRED, 't'),
                new LongOption("lab", LongOption.Argument.NONE, 'l'),
                new LongOption("json", LongOption.Argument.REQUIRED, 'j'),
                new LongOption("help", LongOption.Argument.NONE, 'h'));
        int trials = 10;
        boolean lab = false;
        Path json = null;
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 't' ->
                    trials = options.argument().matches("[1-9][0-9]{0,3}") ? Integer.parseInt(options.argument()) : 0;
                case 'l' -> lab = true;
                case 'j' -> json = Path.of(options.argument()).toAbsolutePath();
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 1;
                }
            }
        }
        if (trials == 0 || !options.operands().isEmpty()) {
            err.print(USAGE);
            return 1;
        }
        try {
            return lab ? inLab(trials, json) : inBox(trials, json);
        } catch (IOException e) {
            err.println("bench: " + e.getMessage());
            return 1;
        }
    }

    private static int inBox(int trials, @Nullable Path json) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare"));
        if (!Box.root()) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        // Names of namespaces and pid files lie in /run: a /run of its own keeps them out of the machine's.
        command.addAll(List.of(
                "--net",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "sh",
                "-c",
                "mount -t tmpfs tmpfs /run && ip link set lo up && exec \"$0\" \"$@\"",
                Home.dir().resolve("bin/lab_guest").toString(),
                "bench-director",
                "addresses",
                Integer.toString(trials)));
        if (json != null) {
            command.add(json.toString());
        }
        return pass(command);
    }

    private static int inLab(int trials, @Nullable Path json) {
        Lab lab = Lab.usual().memory(1536).modules("ipv6");
        List<String> guest =
                new ArrayList<>(List.of(Lab.command("lab_guest"), "bench-director", "ipvs", Integer.toString(trials)));
        if (json != null) {
            lab = lab.sharing(json.getParent());
            guest.add(json.toString());
        }
        LabResult result = lab.start(120_000 + trials * 120_000, System.out::println, guest.toArray(String[]::new))
                .result();
        System.err.print(result.complaint());
        return result.status();
    }

    /// Runs a program to its end on our own standard streams.
    private static int pass(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        Thread end = new Thread(() -> {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        });
        Runtime.getRuntime().addShutdownHook(end);
        try {
            int status = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(end);
            return status;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
