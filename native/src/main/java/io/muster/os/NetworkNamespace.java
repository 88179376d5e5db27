package io.muster.os;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Runs something in a network namespace of its own, which ends with the last thread, socket or process in it
/// (network_namespaces(7)). Programs started and threads' sockets opened there are in it too; other threads aren't.
public final class NetworkNamespace {
    private NetworkNamespace() {}

    /// Thread: the caller waits. The loopback interface is there, but down.
    ///
    /// @throws NetException when a namespace can't be had: no privilege, say
    /// @throws Exception what the body throws
    public static <T> T inNew(Callable<T> body) throws Exception {
        var task = new FutureTask<T>(() -> {
            if (NetC.unshare(NetC.CLONE_NEWNET) != 0) {
                throw NetC.failed("a network namespace");
            }
            return body.call();
        });
        Thread.ofPlatform().name("namespace").start(task);
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error error -> throw error;
                case null, default -> throw e;
            }
        }
    }
}
