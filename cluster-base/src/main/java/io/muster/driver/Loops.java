package io.muster.driver;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.concurrent.TimeUnit;

/// Makes and ends the event loops of daemons: one thread each, on epoll.
public final class Loops {
    static {
        // Netty names channels by the machine's hardware address, which nobody here reads and which takes long to find
        // where there is none.
        if (System.getProperty("io.netty.machineId") == null) {
            System.setProperty("io.netty.machineId", "02:00:00:00:00:01");
        }
    }

    private Loops() {}

    /// A loop of its own, whose thread is called `name`, which is the daemon's.
    ///
    /// @throws IllegalStateException where Netty's epoll library doesn't load (not Linux, or no place to unpack
    ///     it)
    public static EventLoop start(String name) {
        return start(name, name);
    }

    /// Another loop of a daemon.
    public static EventLoop start(String name, String daemon) {
        if (!Epoll.isAvailable()) {
            throw new IllegalStateException("no epoll: " + Epoll.unavailabilityCause(), Epoll.unavailabilityCause());
        }
        return new MultiThreadIoEventLoopGroup(
                        1,
                        task -> {
                            Runnable named = () -> {
                                DaemonLog.name(daemon);
                                task.run();
                            };
                            var thread = new Thread(named, name);
                            thread.setDaemon(false);
                            return thread;
                        },
                        EpollIoHandler.newFactory())
                .next();
    }

    /// Ends a loop: runs what is queued, waits at most two seconds. From the loop itself it doesn't wait.
    ///
    /// Netty closes the loop's channels with it, but for a request that comes between its look for one and its end:
    /// whoever counts on it closes them before.
    public static void stop(EventLoop loop) {
        var done = loop.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        if (!loop.inEventLoop()) {
            done.awaitUninterruptibly(2, TimeUnit.SECONDS);
        }
    }
}
