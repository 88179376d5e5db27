package io.muster.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// `<quorumd>`: the quorum disk. What qdiskd computes for itself is empty.
///
/// @param label wins over `device`
/// @param scheduler `rr`, `fifo` or `other`
public record QuorumdConfig(
        int intervalSec,
        OptionalInt tko,
        OptionalInt tkoUp,
        OptionalInt upgradeWait,
        OptionalInt masterWait,
        OptionalInt votes,
        int minScore,
        Optional<String> device,
        Optional<String> label,
        Optional<String> cmanLabel,
        Optional<String> statusFile,
        boolean reboot,
        boolean allowKill,
        boolean paranoid,
        boolean ioTimeout,
        int maxErrorCycles,
        Optional<Boolean> masterWins,
        boolean stopCman,
        String scheduler,
        int priority,
        boolean useUptime,
        List<Heuristic> heuristics) {
    /// `<heuristic>`: a program run by `/bin/sh -c` whose success adds to the score.
    public record Heuristic(String program, int score, OptionalInt intervalSec, OptionalInt tko) {}

    public QuorumdConfig {
        heuristics = List.copyOf(heuristics);
    }
}
