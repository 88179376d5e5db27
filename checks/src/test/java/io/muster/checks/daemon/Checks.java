package io.muster.checks.daemon;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.driver.Loops;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A runner on a loop of its own, for tests.
final class Checks implements AutoCloseable {
    final EventLoop loop = Loops.start("checks");
    final CheckRunner runner = new CheckRunner(loop);

    CompletableFuture<CheckResult> start(Check check, long timeoutMs) {
        var result = new CompletableFuture<CheckResult>();
        runner.start(check, timeoutMs, r -> {
            if (!result.complete(r)) {
                throw new IllegalStateException("a second result: " + r);
            }
        });
        return result;
    }

    CheckResult run(Check check, long timeoutMs) {
        try {
            return start(check, timeoutMs).get(timeoutMs + 5_000, TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("no result of " + check, e);
        }
    }

    int running() {
        return CompletableFuture.supplyAsync(runner::running, loop).join();
    }

    /// Sockets this process has.
    static long sockets() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors
                    .filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).toString().startsWith("socket:");
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Override
    public void close() {
        runner.close();
        Loops.stop(loop);
    }
}
