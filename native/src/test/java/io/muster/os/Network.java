package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A network namespace for one test, with two ends of a cable `a0` and `a1`.
final class Network {
    static final Duration LIMIT = Duration.ofSeconds(10);

    private Network() {}

    interface Body {
        void run() throws Exception;
    }

    /// Runs the body in a namespace of its own, or skips the test where none can be had.
    static void inNamespace(Body body) throws Exception {
        assumeTrue(LibC.getuid() == 0, "network namespaces need root here");
        NetworkNamespace.inNew(() -> {
            ip("link", "set", "lo", "up");
            ip("link", "add", "a0", "address", "02:00:00:00:00:0a", "type", "veth", "peer", "name", "a1");
            body.run();
            return true;
        });
    }

    /// Runs ip(8) in the caller's namespace.
    static String ip(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), String.join(" ", command) + ": " + said);
        return said;
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long giveUp = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > giveUp) {
                fail("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }
}
