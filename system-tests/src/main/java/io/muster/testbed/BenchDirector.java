package io.muster.testbed;

import io.muster.cli.Getopt;
import io.muster.cli.LongOption;
import io.muster.lab.Lab;
import io.muster.lab.LabResult;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
        GuestOutput output = new GuestOutput(out);
        try {
            int status = lab ? inLab(trials, output, err) : inBox(trials, output);
            if (status == 0 && json != null) {
                output.writeFigures(json);
            }
            return status;
        } catch (IOException e) {
            err.println("bench: " + e.getMessage());
            return 1;
        }
    }

    private static int inBox(int trials, GuestOutput output) throws IOException {
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
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        // What runs inside dies with unshare, by --kill-child.
        Thread end = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(end);
        process.inputReader(StandardCharsets.UTF_8).lines().forEach(output::line);
        try {
            int status = process.waitFor();
            Runtime.getRuntime().removeShutdownHook(end);
            return status;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static int inLab(int trials, GuestOutput output, PrintStream err) {
        LabResult result = GuestOutput.lab()
                .start(
                        120_000 + trials * 120_000,
                        output::line,
                        Lab.command("lab_guest"),
                        "bench-director",
                        "ipvs",
                        Integer.toString(trials))
                .result();
        err.print(result.complaint());
        return result.status();
    }
}
