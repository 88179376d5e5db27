package io.muster.cman.cli;

import io.muster.cman.client.CmanFrames;
import io.muster.cman.client.StatusCodec;
import io.muster.control.CommandClient;
import io.muster.core.MalformedMessage;
import io.muster.daemon.Launcher;
import io.muster.daemon.Layout;
import io.muster.driver.Patience;
import io.muster.finding.Why;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Starts the cman daemon for `cman_tool join` and waits until it answers.
///
/// The program is `MUSTER_CMAN`, else what [Launcher] finds.
final class DaemonStart {
    private static final String MAIN = "io.muster.cman.daemon.CmanDaemon";
    private static final long SOCKET_MS = 100_000;
    private static final long LOOK_MS = 20;

    /// Before the reason in the daemon's last line of log.
    private static final String WORDS = "can't start: ";

    /// Else the end of the operator's terminal would be the end of cman.
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private DaemonStart() {}

    static void run(Layout layout, CmanOptions o) throws Failure {
        List<String> command = command(layout);
        if (Files.isExecutable(SETSID)) {
            command.addFirst(SETSID.toString());
        }
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        Launcher.forgetOwn(environment);
        // As this command sees the machine, wherever it has that from.
        environment.put("MUSTER_ROOT", layout.root().toString());
        layout.variable("MUSTER_NODENAME").ifPresent(name -> environment.put("MUSTER_NODENAME", name));
        environment.putAll(o.environment());
        Optional<String> name = o.nodes().stream().findFirst();
        name.or(() -> Optional.ofNullable(o.environment().get(CmanOptions.OTHER_NAME)))
                .ifPresent(given -> environment.put("MUSTER_NODENAME", given));
        if (o.votes() != CmanOptions.UNSET) {
            environment.put("CMAN_VOTES", Integer.toString(o.votes()));
        }
        if (o.expected() != CmanOptions.UNSET) {
            environment.put("CMAN_EXPECTEDVOTES", Integer.toString(o.expected()));
        }
        Process process;
        Path complaint;
        try {
            Files.createDirectories(layout.run());
            complaint = Files.createTempFile(layout.run(), "join", ".err");
            builder.redirectInput(
                    ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            builder.redirectError(complaint.toFile());
            process = builder.start();
        } catch (IOException e) {
            throw new Failure("can't start cman: " + Why.of(e));
        }
        try {
            await(layout, process, complaint);
        } finally {
            try {
                Files.deleteIfExists(complaint);
            } catch (IOException e) {
                // It lies in a directory that the next boot empties.
            }
        }
    }

    private static void await(Layout layout, Process process, Path complaint) throws Failure {
        long deadline = System.nanoTime() + SOCKET_MS * 1_000_000;
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new Failure("cman not started: " + lastLine(complaint));
            }
            if (answers(layout)) {
                return;
            }
            if (!Patience.pause(LOOK_MS)) {
                throw new Failure("interrupted");
            }
        }
        throw new Failure("cman doesn't answer after " + SOCKET_MS / 1000 + " s");
    }

    /// Whether cman says how it is.
    static boolean answers(Layout layout) {
        try {
            StatusCodec.decode(
                    CommandClient.askOnce(layout.socket("cman"), CommandClient.QUICK, CmanFrames.ASK_STATUS));
            return true;
        } catch (IOException | MalformedMessage e) {
            return false;
        }
    }

    private static String lastLine(Path complaint) {
        try {
            List<String> lines = Files.readAllLines(complaint);
            String last = lines.isEmpty() ? "it ended without a word" : lines.getLast();
            int words = last.indexOf(WORDS);
            return words < 0 ? last : last.substring(words + WORDS.length());
        } catch (IOException e) {
            return "it ended";
        }
    }

    private static List<String> command(Layout layout) {
        return layout.variable("MUSTER_CMAN")
                .map(Launcher::named)
                .orElseGet(() -> Launcher.of(layout, "cman", MAIN))
                .command();
    }
}
