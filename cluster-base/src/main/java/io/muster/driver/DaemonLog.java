package io.muster.driver;

import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The logger of the daemon at work, for what every daemon is made of: an operator who turns `fenced` to DEBUG, or
/// gives it a file, means all that fenced does and not the classes it consists of. One process may host several
/// daemons.
///
/// A daemon's threads know its name: the event loop's, since [Loops] makes it, and those started from there. What
/// belongs to one daemon only has a constant logger with its name instead.
///
/// Thread: any.
public final class DaemonLog {
    /// Of commands, and of what runs in no daemon.
    public static final String NOBODY = "muster";

    private static final InheritableThreadLocal<String> NAME = new InheritableThreadLocal<>();

    private DaemonLog() {}

    /// The daemon's whose thread asks.
    public static Logger get() {
        return LoggerFactory.getLogger(name());
    }

    /// Its name.
    public static String name() {
        String name = NAME.get();
        return name == null ? NOBODY : name;
    }

    /// From now on this thread, and what it starts, is at work for a daemon.
    public static void name(String daemon) {
        NAME.set(daemon);
    }

    /// Does something for a daemon, as its start by the process that hosts it.
    ///
    /// @throws Exception what the work throws
    public static <T> T within(String daemon, Callable<T> work) throws Exception {
        String before = NAME.get();
        NAME.set(daemon);
        try {
            return work.call();
        } finally {
            if (before == null) {
                NAME.remove();
            } else {
                NAME.set(before);
            }
        }
    }
}
