package io.muster.service;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Carries out what the service manager asks for. Operations on one service run one after the other, in the order
/// asked.
///
/// Thread: any; futures complete on any.
public interface ServiceRunner {
    /// What came of an operation.
    ///
    /// @param partial something that isn't critical was left off
    record Result(boolean success, boolean partial) {}

    /// Never completes exceptionally.
    CompletableFuture<Result> run(String service, Operation operation);

    /// Stops everything that is configured or may run.
    ///
    /// @return the services whose stop failed
    CompletableFuture<List<String>> stopEverything();
}
