package io.muster.checks.daemon;

import io.muster.os.Echo;
import io.muster.os.NetException;
import org.jspecify.annotations.Nullable;

/// The one [Echo] of a runner, opened when the first ping comes.
final class Echoes implements AutoCloseable {
    private @Nullable Echo echo;

    Echo get() throws NetException {
        Echo mine = echo;
        if (mine == null) {
            mine = Echo.open();
            echo = mine;
        }
        return mine;
    }

    @Override
    public void close() {
        if (echo != null) {
            echo.close();
        }
    }
}
