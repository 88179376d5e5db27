package io.muster.bed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs a program to its end, bounded in time.
public final class Shell {
    /// How a program ended.
    ///
    /// @param status exit status; 124 when it was killed because its time was over
    public record Result(int status, String out, String err) {
        public boolean ok() {
            return status == 0;
        }

        /// Standard output, after checking that all went well.
        ///
        /// @throws IllegalStateException when the status isn't 0, with what the program said
        public String expectOk(String what) {
            if (!ok()) {
                throw new IllegalStateException(what + ": status " + status + ": " + (err + out).strip());
            }
            return out;
        }
    }

    /// Inherited on purpose: nothing else of the caller's environment reaches a node. The last two are how a lab tells
    /// programs which instructions its processor lacks.
    private static final List<String> KEPT =
            List.of("PATH", "HOME", "TERM", "LANG", "USER", "GLIBC_TUNABLES", "MUSTER_JAVA_OPTS");

    private Shell() {}

    public static Result run(int limitMs, Map<String, String> environment, List<String> command) {
        try {
            Process process = builder(environment, command).start();
            process.getOutputStream().close();
            CompletableFuture<String> out = collect(process.getInputStream());
            CompletableFuture<String> err = collect(process.getErrorStream());
            int status = 124;
            if (process.waitFor(limitMs, TimeUnit.MILLISECONDS)) {
                status = process.exitValue();
            } else {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            // A grandchild that was left behind may hold the pipe open; what it would say later isn't waited for.
            return new Result(status, textOf(out), textOf(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        }
    }

    public static ProcessBuilder builder(Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().retainAll(KEPT);
        String path = builder.environment().getOrDefault("PATH", "/usr/bin:/bin");
        builder.environment().put("PATH", path + ":/usr/local/sbin:/usr/sbin:/sbin");
        builder.environment().putAll(environment);
        return builder;
    }

    private static CompletableFuture<String> collect(InputStream in) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try (in) {
                text.complete(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.complete("");
            }
        });
        return text;
    }

    private static String textOf(CompletableFuture<String> text) throws InterruptedException {
        try {
            return text.get(2, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            return "";
        }
    }
}
