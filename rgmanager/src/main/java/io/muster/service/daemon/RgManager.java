package io.muster.service.daemon;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.config.Problem;
import io.muster.config.Reading;
import io.muster.control.ControlServer;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.machine.Machine;
import io.muster.os.RealMachine;
import io.muster.resource.MetadataSet;
import io.muster.resource.daemon.AgentDirectory;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The resource group manager: `rgmanager`.
///
/// It waits for cman, joins the group `rgmanager`, stops every configured service (stop before start), and from then on
/// does what the replicated [io.muster.service.ServiceManager] says. When cman goes, it stops the services and ends
/// with status 1. SIGTERM stops this node's services so that others can take them, then leaves.
public final class RgManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("rgmanager");

    /// `<rm disabled="1">`.
    private static final int EXIT_DISABLED = 2;

    /// How long the stop of this node's services may take when the process is told to end: a database writes out what
    /// it holds.
    public static final Duration STOP_LIMIT = Duration.ofMinutes(10);

    /// The same in a process that hosts others too, unless it says otherwise.
    private static final Duration HOSTED_STOP_LIMIT = Duration.ofSeconds(18);

    private static final Duration LEAVING = Duration.ofSeconds(5);

    private final Machine machine;
    private final EventLoop loop;
    private final ControlServer control;
    private final ServiceNode node;

    private RgManager(Machine machine, EventLoop loop, ControlServer control, ServiceNode node) {
        this.machine = machine;
        this.loop = loop;
        this.control = control;
        this.node = node;
    }

    public static void main(String[] args) {
        Daemon.named("rgmanager")
                .options(
                        "dwNqC:",
                        "  -d -w -N -q -C N  accepted for the sake of old scripts, without effect\n",
                        (letter, argument) -> true)
                .stopsWithin(STOP_LIMIT.plus(LEAVING))
                .main(args, context -> {
                    if (disabled(context.layout())) {
                        LOG.warn("disabled in cluster.conf: ends");
                        Runtime.getRuntime().halt(EXIT_DISABLED);
                    }
                    RgManager manager = start(context.layout(), context::fatal);
                    context.watchdog(manager.loop);
                    return () -> manager.close(STOP_LIMIT);
                });
    }

    /// Starts on a loop of its own; whatever takes time (cman, agents' metadata) happens in the background.
    ///
    /// @param fatal ends the process, or in one with several daemons this one
    public static RgManager start(Layout layout, Consumer<Throwable> fatal) throws IOException {
        RealMachine machine = RealMachine.of("rgmanager");
        EventLoop loop = machine.events();
        ServiceNode node = new ServiceNode(layout, machine, loop, fatal);
        ControlServer control;
        try {
            control = ControlServer.open(layout.socket("rgmanager"), loop, node.commands());
        } catch (IOException | RuntimeException e) {
            machine.close();
            throw e;
        }
        Thread.ofVirtual().name("rgmanager-start").start(() -> {
            try {
                var agents = new CompletableFuture<MetadataSet>();
                AgentDirectory.load(machine, layout.agents(), agents::complete);
                node.begin(read(layout), agents.join());
            } catch (IOException e) {
                fatal.accept(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return new RgManager(machine, loop, control, node);
    }

    private static boolean disabled(Layout layout) {
        try {
            return Files.exists(layout.clusterConf()) && read(layout).rm().disabled();
        } catch (IOException e) {
            // Told properly when it is read in earnest.
            return false;
        }
    }

    static ClusterConfig read(Layout layout) throws IOException {
        Reading reading = ConfigReader.read(layout.clusterConf());
        if (reading.config().isEmpty()) {
            throw new IOException(reading.errors().stream()
                    .map(Problem::toString)
                    .findFirst()
                    .orElse(layout.clusterConf() + ": can't be read"));
        }
        return reading.config().get();
    }

    /// Stops this node's services and leaves.
    @Override
    public void close() {
        close(HOSTED_STOP_LIMIT);
    }

    /// Stops this node's services and leaves.
    ///
    /// @param limit of the stop; services that aren't stopped by then are left to the others, who fence this node
    public void close(Duration limit) {
        node.shutdown(limit);
        control.close();
        machine.close();
    }
}
