package io.muster.service.daemon;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.daemon.Daemon;
import io.muster.daemon.Layout;
import io.muster.group.GroupEntry.Level;
import io.muster.group.Remains;
import io.muster.machine.Files;
import io.muster.machine.Machine;
import io.muster.machine.Programs;
import io.muster.member.StayPolicy;
import io.muster.member.StayPolicy.Awaits;
import io.muster.member.StayPolicy.HangUp;
import io.muster.member.StayPolicy.MayLeave;
import io.muster.member.StayPolicy.Preparation;
import io.muster.member.daemon.Hands;
import io.muster.member.daemon.MemberDaemon;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.os.RealMachine;
import io.muster.resource.Identities;
import io.muster.resource.MetadataSet;
import io.muster.resource.ResourceType;
import io.muster.resource.TreeRecord;
import io.muster.resource.TreeRun;
import io.muster.resource.daemon.AgentDirectory;
import io.muster.resource.daemon.DeviceNames;
import io.muster.resource.daemon.StartedLedger;
import io.muster.resource.daemon.TreeRunner;
import io.muster.service.ClusterServices;
import io.muster.service.NodeReport;
import io.muster.service.NodeTable;
import io.muster.service.Operation;
import io.muster.service.PlanReader;
import io.muster.service.ResultCode;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import io.muster.service.ServiceManager;
import io.muster.service.ServiceStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The resource group manager: `rgmanager`.
///
/// It ends agents that a former rgmanager has left at work, waits for cman, configuration and fencing,
/// joins the group `rgmanager`, stops every configured service (stop before start), and from then on
/// does what the replicated [ServiceManager] says. When cman goes, it stops the services and ends with
/// status 1. SIGTERM stops this node's services so that others can take them, then leaves.
///
/// Thread: start and close from outside the loop; all else on it.
public final class RgManager implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("rgmanager");
    private static final String GROUP = "rgmanager";

    /// A loop that is silent for longer than this is put out of the group.
    private static final int SILENT_MS = 5_000;

    /// An rgmanager that is gone for longer than this makes its node a victim.
    private static final int REQUIRED_MS = 10_000;

    /// Longest time an agent of an earlier run may take to die; later than [#REQUIRED_MS] the node is a
    /// victim anyway.
    private static final long END_AGENTS_MS = 8_000;

    private static final int FROZEN_BYTES = 1 << 20;

    /// `<rm disabled="1">`.
    private static final int EXIT_DISABLED = 2;

    /// How long the stop of this node's services may take when the process is told to end: a database
    /// writes out what it holds.
    public static final Duration STOP_LIMIT = Duration.ofMinutes(10);

    /// The same in a process that hosts others too, unless it says otherwise.
    private static final Duration HOSTED_STOP_LIMIT = Duration.ofSeconds(18);

    private static final Duration LEAVING = Duration.ofSeconds(5);

    private static final StayPolicy POLICY = new StayPolicy(
            GROUP,
            "group rgmanager",
            Optional.of(Level.SERVICE),
            SILENT_MS,
            REQUIRED_MS,
            Preparation.FIRST,
            Awaits.CONFIGURATION_AND_FENCING,
            HangUp.STOP,
            MayLeave.IDLE,
            true,
            250,
            Long.MAX_VALUE);

    private final MemberDaemon<ServiceEvent, ServiceEffect> member;
    private final Commands commands;
    private final boolean keepFrozen;
    /// What the last daemon here has left running because it was frozen.
    private SortedSet<String> wereFrozen = new TreeSet<>();
    private @Nullable MetadataSet agents;

    /// What devices are called here besides, by the identity they are configured by.
    private final SortedMap<String, SortedSet<String>> names = new TreeMap<>();

    private @Nullable Trees trees;
    private @Nullable ClusterConfig config;

    /// What waits until the trees of that configuration are built.
    private final List<Runnable> building = new ArrayList<>();

    private @Nullable ServiceManager manager;

    private RgManager(Around around, boolean keepFrozen) {
        this.keepFrozen = keepFrozen;
        var kind = new MemberDaemon.Kind("rgmanager", POLICY, true, ServiceReplay.NAME, ServiceReplay.CODEC);
        this.member = MemberDaemon.of(around, kind, new ServiceHands());
        this.commands = new Commands(this, around.machine().dice().nextLong());
    }

    public static void main(String[] args) {
        boolean[] keepFrozen = {false};
        Daemon.named("rgmanager")
                .options("dwNqC:", """
                          -N                leave frozen services running, as they were left
                          -d -w -q -C N     accepted for the sake of old scripts, without effect
                        """, (letter, argument) -> {
                    keepFrozen[0] |= letter == 'N';
                    return true;
                })
                .stopsWithin(STOP_LIMIT.plus(LEAVING))
                .main(args, context -> {
                    if (disabled(context.layout())) {
                        LOG.warn("disabled in cluster.conf: ends");
                        Runtime.getRuntime().halt(EXIT_DISABLED);
                    }
                    RealMachine machine = RealMachine.of("rgmanager");
                    RgManager manager =
                            start(Around.of(machine, context.layout(), () -> {}, context::fatal), keepFrozen[0]);
                    context.watchdog(machine.events());
                    return () -> manager.close(STOP_LIMIT);
                });
    }

    private static boolean disabled(Layout layout) {
        // What is wrong with the file is told properly when it is read in earnest.
        return java.nio.file.Files.exists(layout.clusterConf())
                && ConfigReader.read(layout.clusterConf())
                        .config()
                        .filter(config -> config.rm().disabled())
                        .isPresent();
    }

    /// Starts on a loop of its own; whatever takes time (cman, agents' metadata) happens in the
    /// background.
    ///
    /// @param fatal ends the process, or in one with several daemons this one
    public static RgManager start(Layout layout, Consumer<Throwable> fatal) throws IOException {
        return start(Around.of(RealMachine.of("rgmanager"), layout, () -> {}, fatal), false);
    }

    /// Starts the daemon on a machine, which it ends with itself, also when it can't start.
    ///
    /// @param keepFrozen whether what is frozen is left running at the start
    public static RgManager start(Around around, boolean keepFrozen) throws IOException {
        var daemon = new RgManager(around, keepFrozen);
        try {
            daemon.member.serve(daemon.commands);
        } catch (IOException e) {
            around.machine().close();
            throw e;
        }
        daemon.member.begin();
        return daemon;
    }

    /// The daemon around the core.
    public MemberDaemon<ServiceEvent, ServiceEffect> member() {
        return member;
    }

    /// The core; empty while this node isn't in the group, or lacks its state.
    public Optional<ServiceManager> manager() {
        return member.synced() ? Optional.ofNullable(manager) : Optional.empty();
    }

    /// For display.
    long wallMs() {
        return member.machine().clocks().wallMs();
    }

    /// What commands are told.
    ClusterServices status() {
        ServiceManager core = manager().orElse(null);
        int self = member.client().map(cman -> cman.self().nodeid()).orElse(0);
        if (core == null || core.plan() == null) {
            return ClusterServices.none(ResultCode.AGAIN, self);
        }
        if (!core.quorate()) {
            return ClusterServices.none(ResultCode.QUORUM, self);
        }
        return new ClusterServices(ResultCode.SUCCESS, core.locked(), self, core.members(), core.services());
    }

    /// Stops this node's services and leaves.
    @Override
    public void close() {
        close(HOSTED_STOP_LIMIT);
    }

    /// Stops this node's services and leaves.
    ///
    /// @param limit of the stop; services that aren't stopped by then are left to the others, who fence
    ///     this node
    public void close(Duration limit) {
        member.close(limit.toMillis());
    }

    private final class ServiceHands implements Hands<ServiceEvent, ServiceEffect> {
        /// First of all: what an earlier run began must be over before this one says that everything is
        /// stopped.
        @Override
        public void prepare(String nodeName, Consumer<Optional<String>> then) {
            var machine = member.machine();
            machine.programs().takeOver(member.layout().run().resolve("rgmanager-agents"), END_AGENTS_MS, taken -> {
                switch (taken) {
                    case Programs.TakeOver.Failed(IOException why) ->
                        then.accept(Optional.of(String.valueOf(why.getMessage())));
                    case Programs.TakeOver.Taken(Programs programs, List<String> ended) -> {
                        ended.forEach(agent ->
                                LOG.warn("{}: agent of an earlier rgmanager, still at work, was ended", agent));
                        AgentDirectory.loadPatiently(
                                machine, member.layout().agents(), found -> known(programs, found, then));
                    }
                }
            });
        }

        private void known(Programs programs, MetadataSet found, Consumer<Optional<String>> then) {
            found.problems().forEach(LOG::warn);
            agents = found;
            var core = new TreeRun();
            var ledger = new StartedLedger(member.machine(), member.layout());
            var setup = new TreeRunner.Setup(
                    member.machine().loop(),
                    member.machine().clocks(),
                    programs,
                    member.layout().inherited(),
                    this::quorate,
                    ledger,
                    member.ids(),
                    member.record(TreeRecord.NAME, new TreeRecord(core), TreeRecord.LIMITS),
                    member::fatal);
            Trees made = new Trees(new TreeRunner(setup, core));
            ledger.read(left -> {
                if (left.all()) {
                    LOG.warn("any service may run here: {}", left.why());
                } else if (!left.services().isEmpty()) {
                    LOG.info(
                            "started here earlier and not stopped: {}",
                            left.services().keySet());
                }
                made.listed(left, CauseId.NONE);
                trees = made;
                wereFrozen(then);
            });
        }

        private void wereFrozen(Consumer<Optional<String>> then) {
            Files files = member.machine().files();
            member.machine().beside("reading what was frozen", () -> files.read(frozenFile(), FROZEN_BYTES), read -> {
                if (read instanceof Machine.Outcome.Done<Optional<byte[]>>(Optional<byte[]> found)) {
                    found.ifPresent(octets ->
                            new String(octets, StandardCharsets.UTF_8).lines().forEach(wereFrozen::add));
                }
                then.accept(Optional.empty());
            });
        }

        /// Asked right before each start of an agent.
        private void quorate(Consumer<Boolean> then) {
            member.client().ifPresentOrElse(cman -> cman.stillQuorate(then), () -> then.accept(false));
        }

        @Override
        public void found(ClusterConfig read) {
            configure(read, CauseId.NONE, () -> {});
        }

        private ServiceEvent configured(ClusterConfig read) {
            Trees present = trees;
            return new ServiceEvent.Configured(
                    PlanReader.of(read), present == null ? Collections.emptySortedMap() : present.unfit());
        }

        /// Builds the services as a configuration has them, if it is another one: with what the agents say of
        /// themselves now.
        ///
        /// @param then once they are built so; never, when a newer one comes into force before
        private void configure(ClusterConfig read, CauseId cause, Runnable then) {
            Trees present = trees;
            MetadataSet known = agents;
            if (present == null || known == null) {
                return;
            }
            ClusterConfig before = config;
            config = read;
            if (before == null) {
                // The agents have just been asked.
                present.configure(read.rm(), known, cause);
                then.run();
            } else if (!before.sha256().equals(read.sha256())) {
                building.clear();
                building.add(then);
                AgentDirectory.reload(member.machine(), member.layout().agents(), known, found -> {
                    ClusterConfig now = config;
                    if (now != null && now.sha256().equals(read.sha256())) {
                        found.problems().forEach(LOG::warn);
                        agents = found;
                        present.configure(read.rm(), found, cause);
                        if (manager != null) {
                            Consumer<ServiceEvent> told = member.answering(cause);
                            lookAtDevices(() -> told.accept(new ServiceEvent.AgentsRead(table(), wallMs())));
                        }
                        List<Runnable> waiting = List.copyOf(building);
                        building.clear();
                        waiting.forEach(Runnable::run);
                    }
                });
            } else if (building.isEmpty()) {
                then.run();
            } else {
                building.add(then);
            }
        }

        @Override
        public ServiceManager core(Node self) {
            var core = new ServiceManager(self, PlanReader::read);
            manager = core;
            return core;
        }

        @Override
        public void left() {
            manager = null;
        }

        @Override
        public void abandon() {
            commands.abandon();
        }

        @Override
        public boolean idle() {
            ServiceManager core = manager;
            int nodeid = member.client().map(cman -> cman.self().nodeid()).orElse(0);
            return core == null
                    || core.services().stream()
                            .noneMatch(s -> s.owner() == nodeid && s.state().occupies());
        }

        @Override
        public void bar(boolean barred) {
            Trees present = trees;
            if (present != null) {
                present.bar(barred, CauseId.NONE);
            }
        }

        @Override
        public void handOver() {
            member.post(new ServiceEvent.ShutdownRequested(wallMs()));
        }

        @Override
        public void stopAlone(Consumer<List<String>> then) {
            Trees present = trees;
            if (present == null) {
                then.accept(List.of());
            } else {
                present.stopEverything(
                        Collections.emptySortedSet(), CauseId.NONE, (unclean, cause) -> then.accept(unclean));
            }
        }

        @Override
        public void perform(ServiceEffect effect, CauseId cause) {
            Trees present = trees;
            if (present == null) {
                throw new IllegalStateException("an effect before the start: " + effect);
            }
            switch (effect) {
                case ServiceEffect.Propose p -> throw new IllegalStateException("a proposal among the local effects");
                case ServiceEffect.RunTree run ->
                    present.run(run.service(), run.operation(), cause, (result, ended) -> {
                        member.answering(ended)
                                .accept(new ServiceEvent.TreeDone(
                                        run.service(),
                                        run.operation(),
                                        run.generation(),
                                        result.ok(),
                                        result.partial(),
                                        wallMs()));
                        if (run.operation() == Operation.START || run.operation() == Operation.GROW) {
                            devicesMayHaveCome(ended);
                        }
                    });
                case ServiceEffect.StopEverything everything -> stopEverything(present, everything, cause);
                case ServiceEffect.ReportVouched(Node run, Remains remains) ->
                    member.client().ifPresent(cman -> cman.reportVouched(run, remains, cause));
                case ServiceEffect.ReportRecovered(long upTo) ->
                    member.client().ifPresent(cman -> cman.reportRecovered(GROUP, upTo, cause));
                case ServiceEffect.Answer(long id, ResultCode code, int owner, String why) ->
                    commands.answer(id, code, owner, why);
                case ServiceEffect.Reconfigure(int version, byte[] document) ->
                    ConfigReader.parse(document, "cluster.conf").config().ifPresent(read -> {
                        Consumer<ServiceEvent> then = member.answering(cause);
                        configure(read, cause, () -> {
                            LOG.info("cluster.conf version {} is in force", version);
                            then.accept(configured(read));
                        });
                    });
                case ServiceEffect.NeedConfiguration(int version) -> fetch(version, cause);
                case ServiceEffect.Leave() -> leave();
                case ServiceEffect.StateChanged s ->
                    LOG.info(
                            "{} {} -> {}: {}; owner {}",
                            s.service(),
                            s.from().text(),
                            s.to().text(),
                            s.reason(),
                            s.owner());
                case ServiceEffect.Notice(boolean warning, String text) -> {
                    if (warning) {
                        LOG.warn(text);
                    } else {
                        LOG.info(text);
                    }
                }
            }
        }

        private void stopEverything(Trees present, ServiceEffect.StopEverything everything, CauseId cause) {
            var keep = new TreeSet<String>();
            if (keepFrozen) {
                keep.addAll(everything.keep().unknown());
                keep.retainAll(wereFrozen);
                keep.addAll(everything.keep().frozen());
            }
            SortedSet<String> kept = present.keepable(keep);
            LOG.info("stopping all services on this node"
                    + (kept.isEmpty() ? "" : " but " + kept + ", which are frozen"));
            present.stopEverything(kept, cause, (unclean, ended) -> {
                var left = new ArrayList<>(unclean);
                left.addAll(kept);
                Consumer<ServiceEvent> then = member.answering(ended);
                lookAtDevices(() -> then.accept(new ServiceEvent.StoppedEverything(
                        everything.epoch(),
                        everything.version(),
                        unclean,
                        new NodeReport(present.have(left), kept, table()),
                        wallMs())));
            });
        }

        /// What is frozen runs on when this daemon has left; the next one may be told to leave it
        /// alone.
        private void leave() {
            ServiceManager core = manager;
            int self = member.client().map(cman -> cman.self().nodeid()).orElse(0);
            String names = core == null
                    ? ""
                    : core.services().stream()
                            .filter(service -> service.frozen() && service.owner() == self)
                            .map(ServiceStatus::name)
                            .collect(Collectors.joining("\n"));
            var machine = member.machine();
            machine.beside("noting what is frozen", () -> note(names), _ -> member.handedOver());
        }

        private boolean note(String names) throws IOException {
            Path file = frozenFile();
            if (!names.isEmpty()) {
                member.machine().files().write(file, names.getBytes(StandardCharsets.UTF_8));
            } else if (member.machine().files().exists(file)) {
                member.machine().files().delete(file);
            }
            return true;
        }

        private Path frozenFile() {
            return member.layout().run().resolve("rgmanager-frozen");
        }

        private NodeTable table() {
            MetadataSet known = agents;
            return new NodeTable(known == null ? List.of() : ResourceType.of(known), names);
        }

        /// What devices of the configuration are called besides. A name once seen stays: who reports that a stop has
        /// failed may have lost the device's links by then.
        private void lookAtDevices(Runnable then) {
            SortedSet<String> devices = devices();
            if (devices.isEmpty()) {
                then.run();
                return;
            }
            var machine = member.machine();
            machine.beside(
                    "looking at the names of devices", () -> new DeviceNames(machine.files()).of(devices), seen -> {
                        switch (seen) {
                            case Machine.Outcome.Done<SortedMap<String, SortedSet<String>>>(var found) -> {
                                names.putAll(found);
                                names.keySet().retainAll(devices);
                            }
                            case Machine.Outcome.Failed<SortedMap<String, SortedSet<String>>>(IOException why) ->
                                LOG.warn("the names of devices can't be looked at: {}", why.getMessage());
                        }
                        then.run();
                    });
        }

        private SortedSet<String> devices() {
            var devices = new TreeSet<String>();
            ClusterConfig read = config;
            MetadataSet known = agents;
            if (read != null && known != null) {
                var types = new TreeMap<String, ResourceType>();
                ResourceType.of(known).forEach(type -> types.put(type.type(), type));
                PlanReader.of(read)
                        .services()
                        .forEach(spec -> spec.resources().forEach(resource -> {
                            ResourceType type = types.get(resource.type());
                            if (type != null) {
                                Identities.of(type, resource.attributes()).stream()
                                        .filter(what -> what.startsWith("device="))
                                        .forEach(devices::add);
                            }
                        }));
            }
            return devices;
        }

        /// A device may have come with what was started before it: a volume of LVM, a disk of iSCSI.
        private void devicesMayHaveCome(CauseId cause) {
            var before = new TreeMap<>(names);
            Consumer<ServiceEvent> then = member.answering(cause);
            lookAtDevices(() -> {
                if (manager != null && !before.equals(names)) {
                    then.accept(new ServiceEvent.AgentsRead(table(), wallMs()));
                }
            });
        }

        private void fetch(int version, CauseId cause) {
            Consumer<ServiceEvent> then = member.answering(cause);
            member.configuration(found -> found.filter(read -> read.version() == version)
                    // A newer one may have come into force while cman was asked.
                    .filter(read -> config == null || config.version() <= version)
                    .ifPresent(read -> configure(read, cause, () -> then.accept(configured(read)))));
        }
    }
}
