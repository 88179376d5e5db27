package io.muster.model;

import io.muster.member.daemon.MemberDaemon.Around;
import java.io.IOException;

/// A daemon as its unit has it: started some time after boot, started again when it has failed.
///
/// @param name of the process
/// @param leastMs how long after boot it starts at the earliest
/// @param mostMs and at the latest
/// @param restartMs how long after a failure it starts again
/// @param needsCman whether it is started only where cman runs
public record Unit(String name, int leastMs, int mostMs, int restartMs, boolean needsCman, Starter starter) {
    /// Makes the daemon, as the process' main does.
    @FunctionalInterface
    public interface Starter {
        /// @return what tests ask about the daemon
        Object start(ModelNode node, Around around) throws IOException;
    }
}
