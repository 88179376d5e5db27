package io.muster.os;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Network namespaces (network_namespaces(7)): a new one for something to run in, which ends with the
/// last thread, socket or process in it; or one that `ip netns` made. Programs started and sockets
/// opened by a thread in it are in it too, and a socket stays where it was made; other threads aren't.
/// So one process can be many hosts of a test.
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

    /// Where `ip netns add NAME` puts it.
    public static Path named(String name) {
        return Path.of("/run/netns", name);
    }

    /// Moves the calling thread, for good: a platform thread, meant for nothing else.
    ///
    /// @throws IOException when there is none, or no right to enter it
    public static void enter(Path namespace) throws IOException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("a virtual thread has no network namespace of its own");
        }
        String subject = "the network namespace " + namespace;
        int fd = NetC.open(namespace.toString(), NetC.O_RDONLY_CLOEXEC);
        if (fd < 0) {
            throw NetC.failed(subject);
        }
        try {
            if (NetC.setns(fd, NetC.CLONE_NEWNET) != 0) {
                throw NetC.failed(subject);
            }
        } finally {
            NetC.close(fd);
        }
    }
}
