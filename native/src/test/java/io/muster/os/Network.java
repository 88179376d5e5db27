package io.muster.os;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.muster.cli.Programs;
import io.muster.cli.Waiting;
import java.time.Duration;
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
    static String ip(String... arguments) {
        return Programs.run("ip", arguments);
    }

    static void await(String what, BooleanSupplier condition) {
        Waiting.until(what, condition);
    }
}
