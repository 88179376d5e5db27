package io.muster.ccs.daemon;

import io.muster.daemon.Layout;
import java.io.IOException;

/// ccsd without a cluster, for tests of what it answers.
public final class StandAlone {
    private StandAlone() {}

    public static AutoCloseable start(Layout layout) throws IOException {
        return CcsDaemon.start(
                layout,
                reason -> {
                    throw new AssertionError(reason);
                },
                true);
    }
}
