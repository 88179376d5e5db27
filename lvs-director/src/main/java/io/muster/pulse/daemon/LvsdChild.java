package io.muster.pulse.daemon;

import io.muster.daemon.Launcher;
import io.muster.daemon.Layout;
import io.muster.driver.Patience;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.machine.Program;
import io.muster.os.ProgramRun;
import io.muster.pulse.SignOfLife;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The lvsd below a pulse: started, told which addresses pulse holds, asked whether it works
/// ([SignOfLife]), ended. What it says beside its answers goes on to pulse's own standard output.
///
/// Thread: any; the work is done on a thread of its own, in order, since starting a program and writing
/// to one that doesn't read may block. With one question at a time and few addresses a pipe isn't filled.
final class LvsdChild implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("pulse");
    private static final String MAIN = "io.muster.lvs.daemon.Lvsd";
    private static final long STOP_MS = 8_000;

    private final List<String> command;
    private final Consumer<String> ended;
    private final LongConsumer answered;
    private final ExecutorService work = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().name("pulse-lvsd").daemon().unstarted(task));
    private final Set<String> held = new LinkedHashSet<>();
    private volatile @Nullable Process process;
    private volatile String endedBecause = "";
    private volatile boolean closing;

    /// @param ended told, with how, each time it has ended without having been told to
    /// @param answered told the number of the question it has answered
    LvsdChild(List<String> command, Consumer<String> ended, LongConsumer answered) {
        this.command = List.copyOf(command);
        this.ended = ended;
        this.answered = answered;
    }

    /// The program: as told, else what [Launcher] finds.
    static List<String> command(Layout layout, Optional<String> told, Path file, boolean verbose) {
        Launcher lvsd = told.map(Launcher::named).orElseGet(() -> Launcher.of(layout, "lvsd", MAIN));
        List<String> words =
                lvsd.command("--nofork", "--guard", "-c", file.toAbsolutePath().toString());
        if (verbose) {
            words.add("-v");
        }
        return words;
    }

    void start() {
        work.execute(() -> {
            if (closing) {
                return;
            }
            try {
                var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
                Launcher.forgetOwn(builder.environment());
                // Readiness and the watchdog are pulse's to tell.
                builder.environment().keySet().removeAll(Set.of("NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"));
                Process started = builder.start();
                endedBecause = "";
                process = started;
                Thread.ofPlatform().name("pulse-lvsd-says").daemon().start(() -> listen(started));
                LOG.info("lvsd runs as pid {}", started.pid());
                started.onExit().thenAccept(this::gone);
                held.forEach(this::write);
            } catch (IOException e) {
                LOG.error("lvsd can't be started: {}", e.getMessage());
                ended.accept("can't be started");
            }
        });
    }

    private void listen(Process to) {
        try (var reader = new BufferedReader(new InputStreamReader(to.getInputStream(), StandardCharsets.ISO_8859_1))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                OptionalLong answer = SignOfLife.answer(line);
                if (answer.isPresent()) {
                    answered.accept(answer.getAsLong());
                } else {
                    System.out.println(line);
                }
            }
        } catch (IOException e) {
            LOG.debug("lvsd says nothing more: {}", e.getMessage());
        }
    }

    private void gone(Process was) {
        if (process == was) {
            process = null;
        }
        if (!closing) {
            int status = was.exitValue();
            String told = endedBecause;
            ended.accept(!told.isEmpty() ? told : status > 128 ? "by signal " + (status - 128) : "status " + status);
        }
    }

    void hold(List<FloatingAddress> addresses) {
        tell(addresses, true);
    }

    void drop(List<FloatingAddress> addresses) {
        tell(addresses, false);
    }

    private void tell(List<FloatingAddress> addresses, boolean hold) {
        if (work.isShutdown()) {
            return;
        }
        work.execute(() -> {
            for (FloatingAddress a : addresses) {
                String what = a.baseDevice() + " " + a.address() + "/" + a.prefix();
                String line = "hold " + what;
                if (hold ? held.add(line) : held.remove(line)) {
                    write(hold ? line : "drop " + what);
                }
            }
        });
    }

    private void write(String line) {
        Process to = process;
        if (to == null) {
            return;
        }
        try {
            OutputStream in = to.getOutputStream();
            in.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            in.flush();
        } catch (IOException e) {
            LOG.debug("lvsd doesn't listen: {}", e.getMessage());
        }
    }

    /// Asks for a sign of life.
    void ask(long number) {
        if (!work.isShutdown()) {
            work.execute(() -> write(SignOfLife.question(number)));
        }
    }

    /// Ends it with force, whatever it is doing.
    void end(String why) {
        Process last = process;
        if (last != null) {
            endedBecause = why;
            last.destroyForcibly();
        }
    }

    /// Has it read its file again.
    void reload() {
        Process to = process;
        if (to != null) {
            var kill = new Program(List.of("/bin/kill", "-HUP", Long.toString(to.pid())), Map.of(), "", STOP_MS, 1_000);
            Thread.ofVirtual().start(() -> ProgramRun.run(kill));
        }
    }

    /// 0 while there is none.
    long pid() {
        Process now = process;
        return now == null ? 0 : now.pid();
    }

    /// Says goodbye and ends it, with force if it takes too long.
    @Override
    public void close() {
        closing = true;
        work.execute(() -> {
            write("bye");
            Process last = process;
            if (last == null) {
                return;
            }
            var gone = new Patience();
            last.onExit().thenRun(gone::end);
            last.destroy();
            if (!gone.await(STOP_MS)) {
                LOG.warn("lvsd doesn't end within {} ms: killed", STOP_MS);
                last.destroyForcibly();
            }
        });
        var ended = new Patience();
        work.execute(ended::end);
        work.shutdown();
        if (!ended.await(STOP_MS + 1_000)) {
            work.shutdownNow();
        }
    }
}
