package io.muster.bench;

import io.muster.bed.Home;
import io.muster.bed.Rights;
import io.muster.bed.guest.GuestOutput;
import io.muster.bed.guest.Lab;
import io.muster.bed.guest.LabResult;
import io.muster.bed.node.Box;
import io.muster.bed.root.Root;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// `./muster bench director`: starts the measurement of a director's death where it can be made: in a box of
/// namespaces of this machine, whose kernel may have no IPVS but whose clock is true; with `--lab` in a guest, with
/// IPVS.
final class BenchDirector {
    private static final String PEER = "keepalived";

    private BenchDirector() {}

    /// @return the exit status
    static int run(BenchOptions options, PrintStream out, PrintStream err) throws IOException {
        GuestOutput output = new GuestOutput(out);
        int trials = options.trials(10);
        int status = options.lab() ? inLab(trials, output, err) : inBox(trials, output);
        if (status == 0 && options.json() != null) {
            output.writeFigures(options.json());
        }
        return status;
    }

    private static int inBox(int trials, GuestOutput output) throws IOException {
        List<String> command = new ArrayList<>(Rights.withoutReboot());
        command.add("unshare");
        if (!Box.root()) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        Root.absence(PEER).ifPresent(output::line);
        String over = Root.absence(PEER).isPresent()
                ? "true"
                : "sh '" + Lab.script("over.sh") + "' '" + Root.of(PEER).tree() + "'";
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
                "mount -t tmpfs tmpfs /run && " + over + " && ip link set lo up && exec \"$0\" \"$@\"",
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
                .root(PEER)
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
