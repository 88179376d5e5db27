package io.muster.resource.daemon;

import io.muster.core.CauseId;
import io.muster.driver.CauseIds;
import io.muster.driver.Clocks;
import io.muster.driver.EventDriver;
import io.muster.driver.Loop;
import io.muster.driver.Recorder;
import io.muster.machine.Machine;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import io.muster.resource.Operation;
import io.muster.resource.ResourceNode;
import io.muster.resource.ResourceTree;
import io.muster.resource.TreeEffect;
import io.muster.resource.TreeEvent;
import io.muster.resource.TreeResult;
import io.muster.resource.TreeRun;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Does what [TreeRun] decides: calls agents, asks whether the node is quorate, logs, and keeps how
/// long agents took.
///
/// Thread: the loop; outcomes come on it.
public final class TreeRunner implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("rgmanager");
    private static final int KEEP_OUTPUT_BYTES = 4096;
    private static final int LOGGED_LINES = 20;

    /// Knows whether this node is quorate at this moment.
    @FunctionalInterface
    public interface Quorum {
        /// @param then on the loop, once; nobody who asks an agent to start waits for ever
        void ask(Consumer<Boolean> then);
    }

    /// Hears of the end of an operation.
    @FunctionalInterface
    public interface Then<T> {
        /// @param cause the event that ended it
        void ended(T outcome, CauseId cause);
    }

    /// Keeps what is started where no daemon's end reaches.
    @FunctionalInterface
    public interface Ledger {
        /// Replaces what is kept.
        ///
        /// @param services how each is built; empty where nobody knows
        /// @param then on the loop, once: empty when it is kept durably, else why not
        void write(SortedMap<String, Optional<ResourceNode>> services, Consumer<Optional<String>> then);
    }

    /// What a runner is made of.
    ///
    /// @param programs that took over from the runs before this one, or the machine's for a command
    /// @param environment what an agent needs besides what it is told of its resource: the node's root,
    ///     where that isn't the machine's ([io.muster.daemon.Layout#inherited])
    /// @param ids shared by the drivers of the daemon
    /// @param fatal ends the daemon
    public record Setup(
            Loop loop,
            Clocks clocks,
            Programs programs,
            Map<String, String> environment,
            Quorum quorum,
            Ledger ledger,
            CauseIds ids,
            Recorder<TreeEvent, TreeEffect> recorder,
            Consumer<Throwable> fatal) {
        public Setup {
            environment = Map.copyOf(environment);
        }

        /// Unrecorded and without a ledger, for a command or a test.
        public static Setup of(
                Machine machine, Map<String, String> environment, Quorum quorum, Consumer<Throwable> fatal) {
            return new Setup(
                    machine.loop(),
                    machine.clocks(),
                    machine.programs(),
                    environment,
                    quorum,
                    (services, then) -> then.accept(Optional.empty()),
                    CauseIds.ofThisProcess(),
                    Recorder.none(),
                    fatal);
        }
    }

    private final TreeRun core;
    private final Programs programs;
    private final Map<String, String> environment;
    private final Quorum quorum;
    private final Ledger ledger;
    private final Clocks clocks;
    private final EventDriver<TreeEvent, TreeEffect> driver;
    private final Map<Long, Then<TreeResult>> results = new HashMap<>();
    private final Map<Long, Then<List<String>>> endings = new HashMap<>();
    private final AgentTimes times = new AgentTimes();
    private long tickets;

    public TreeRunner(Setup setup) {
        this(setup, new TreeRun());
    }

    /// @param core as the recorder of the setup knows it
    public TreeRunner(Setup setup, TreeRun core) {
        this.core = core;
        programs = setup.programs();
        environment = setup.environment();
        quorum = setup.quorum();
        ledger = setup.ledger();
        clocks = setup.clocks();
        driver = EventDriver.of("trees", core)
                .loop(setup.loop())
                .clocks(setup.clocks())
                .ids(setup.ids())
                .recorder(setup.recorder())
                .fatal(setup.fatal())
                .performer(this::perform)
                .tick(new TreeEvent.Tick())
                .start();
    }

    /// New services are built like these from now on.
    ///
    /// @param tree as the configuration and the agents have it
    public void configure(ResourceTree tree, CauseId cause) {
        driver.post(
                new TreeEvent.Configure(List.copyOf(tree.services().values()), tree.incomplete(), tree.unfit()), cause);
    }

    /// What an earlier run has left in the ledger; before anything else.
    ///
    /// @param all nobody knows what runs here
    /// @param services how each is built; empty where that can't be read
    public void listed(boolean all, SortedMap<String, Optional<ResourceNode>> services, CauseId cause) {
        driver.post(new TreeEvent.Listed(all, services), cause);
    }

    /// Queues an operation behind those of the same service.
    ///
    /// @param service its label
    public void run(String service, Operation operation, CauseId cause, Then<TreeResult> then) {
        post(new TreeEvent.Run(++tickets, service, operation), cause, then);
    }

    /// Queues moving a service to another node.
    public void migrate(String service, String target, CauseId cause, Then<TreeResult> then) {
        post(new TreeEvent.Run(++tickets, service, Operation.MIGRATE, target), cause, then);
    }

    private void post(TreeEvent.Run run, CauseId cause, Then<TreeResult> then) {
        results.put(run.ticket(), then);
        driver.post(run, cause);
    }

    /// Ends whatever is being started, then stops all that is configured or was started.
    ///
    /// @param then with the services whose stop failed
    ///
    /// @param keep services that are left running where that is possible ([#keepable])
    public void stopEverything(SortedSet<String> keep, CauseId cause, Then<List<String>> then) {
        endings.put(++tickets, then);
        driver.post(new TreeEvent.StopEverything(tickets, keep), cause);
    }

    /// What each of these services may have here, as far as it is known.
    public SortedMap<String, SortedSet<String>> have(List<String> services) {
        var all = new TreeMap<String, SortedSet<String>>();
        services.forEach(label -> core.has(label).ifPresent(has -> all.put(label, has)));
        return all;
    }

    /// Which of these services can be left running.
    public SortedSet<String> keepable(SortedSet<String> services) {
        var left = new TreeSet<>(services);
        left.removeIf(label -> !core.keeps(label));
        return left;
    }

    /// Bars starts while quorum is lost or cman gone, or no longer.
    public void bar(boolean barred, CauseId cause) {
        driver.post(barred ? new TreeEvent.Bar() : new TreeEvent.Unbar(), cause);
    }

    /// How long the agents took, and `write` of `ledger`.
    public AgentTimes times() {
        return times;
    }

    /// Calls no agent any more. Those at work go on; nobody is told of their end.
    @Override
    public void close() {
        driver.close();
    }

    private static String tenths(long ns) {
        return String.format(Locale.ROOT, "%.1f", ns / 1e6);
    }

    private void perform(TreeEffect effect, CauseId cause) {
        switch (effect) {
            case TreeEffect.AskQuorum(long question, String _) ->
                quorum.ask(yes -> driver.post(new TreeEvent.MayStart(question, yes), cause));
            case TreeEffect.CallAgent call -> call(call, cause);
            case TreeEffect.WriteLedger(long write, SortedMap<String, Optional<ResourceNode>> services) -> {
                long began = clocks.monotonicNs();
                ledger.write(services, problem -> {
                    long tookNs = clocks.monotonicNs() - began;
                    times.ended("ledger", "write", tookNs / 1_000_000);
                    if (problem.isEmpty()) {
                        LOG.info("ledger with {} written in {} ms", services.keySet(), tenths(tookNs));
                    }
                    driver.post(new TreeEvent.Written(write, problem.orElse("")), cause);
                });
            }
            case TreeEffect.Done(long ticket, TreeResult result) -> {
                Then<TreeResult> then = results.remove(ticket);
                if (then != null) {
                    then.ended(result, cause);
                }
            }
            case TreeEffect.StoppedEverything(long ticket, List<String> unclean) -> {
                Then<List<String>> then = endings.remove(ticket);
                if (then != null) {
                    then.ended(unclean, cause);
                }
            }
            case TreeEffect.Log(TreeEffect.Level level, String text) ->
                LOG.atLevel(Level.valueOf(level.name())).log(text);
        }
    }

    private void call(TreeEffect.CallAgent call, CauseId cause) {
        var all = new HashMap<>(environment);
        all.putAll(call.environment());
        var program = new Program(call.command(), all, "", call.limitMs(), KEEP_OUTPUT_BYTES);
        Programs.Bond bond = call.begins() ? Programs.Bond.NOTED : Programs.Bond.FREE;
        programs.start(program, bond, result -> {
            times.ended(call.label(), call.action(), result.tookMs());
            if (result.status() != 0 || !call.action().equals("status")) {
                result.output().lines().limit(LOGGED_LINES).forEach(line -> LOG.info("[{}] {}", call.label(), line));
            }
            int status = result.timedOut() ? TreeEvent.AgentEnded.TIMED_OUT : result.status();
            driver.post(new TreeEvent.AgentEnded(call.call(), status, result.tookMs()), cause);
        });
    }
}
