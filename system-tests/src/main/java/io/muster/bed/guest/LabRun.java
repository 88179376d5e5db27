package io.muster.bed.guest;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A guest that was started: its lines come as they are said. Ended with this program at the latest: the guest hangs on
/// a pipe that we hold.
///
/// Thread: `result` and `close` any; lines are handed out by a thread of the run's own.
public final class LabRun implements AutoCloseable {
    private final Process process;
    private final int graceMs;
    private final CompletableFuture<String> out = new CompletableFuture<>();
    private final CompletableFuture<String> complaint = new CompletableFuture<>();

    /// @param graceMs how long after `started` the lab itself must have ended the guest
    LabRun(Process process, int graceMs, Consumer<String> eachLine) {
        this.process = process;
        this.graceMs = graceMs;
        Thread.ofVirtual().start(() -> collect(process.inputReader(StandardCharsets.UTF_8), out, eachLine));
        Thread.ofVirtual().start(() -> collect(process.errorReader(StandardCharsets.UTF_8), complaint, line -> {}));
    }

    /// Waits for the end, which the time limit makes certain.
    public LabResult result() {
        try {
            if (!process.waitFor(graceMs, TimeUnit.MILLISECONDS)) {
                close();
                return new LabResult(Lab.TIME_OVER, textOf(out), textOf(complaint) + "the lab didn't end its guest\n");
            }
            return new LabResult(process.exitValue(), textOf(out), textOf(complaint));
        } catch (InterruptedException e) {
            close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a guest ran", e);
        }
    }

    /// Whether the guest has ended and all its lines were handed out.
    public boolean over() {
        return out.isDone();
    }

    /// Whether anything of the lab still runs.
    public boolean running() {
        return process.isAlive();
    }

    /// The processes that are the guest's kernel.
    public List<ProcessHandle> kernel() {
        return process.descendants()
                .filter(p -> p.info().commandLine().orElse("").contains("lab_job="))
                .toList();
    }

    /// Ends the guest, if it still runs, and waits until it has.
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroy();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }

    private static void collect(BufferedReader from, CompletableFuture<String> text, Consumer<String> eachLine) {
        StringBuilder all = new StringBuilder();
        try (from) {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                all.append(line).append('\n');
                eachLine.accept(line);
            }
        } catch (IOException e) {
            all.append("(the rest was lost: ").append(e.getMessage()).append(")\n");
        } finally {
            text.complete(all.toString());
        }
    }

    private static String textOf(CompletableFuture<String> text) throws InterruptedException {
        try {
            return text.get(5, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            return "(output not at its end)\n";
        }
    }
}
