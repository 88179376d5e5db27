package io.muster.resource;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.driver.CauseIds;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.simulator.Simulation;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One seeded life of a node's services: agents that fail, hang, are slow or succeed without effect;
/// quorum lost and found; new configurations; a daemon that is killed and comes back; then calm, and
/// the end.
///
/// Agents have their effect on the machine, which outlives the daemon. The twin and the oracle look at
/// every step, and now and then a second core is made from the image of the first, which from then on
/// has to decide the same.
final class TreeStory {
    private static final RecordCodec CODEC = TreeRecord.newCodec();
    private static final int SERVICES = 3;
    private static final long CHAOS_MS = 600_000;

    /// An agent at work.
    private record Work(int life, TreeEffect.CallAgent call, int status, boolean effective) {}

    private final Simulation simulation;
    private final Random dice;
    private final Shapes shapes;
    private final Map<String, ResourceNode> configuration = new TreeMap<>();
    /// What really runs: service and resource.
    private final Set<String> running = new TreeSet<>();
    /// What an agent said it had stopped, and hadn't.
    private final Set<String> lied = new HashSet<>();
    /// Services that were asked to start, and of which no clean stop has been told since.
    private final Set<String> occupied = new TreeSet<>();
    private final Map<Long, String> asked = new TreeMap<>();
    private final Map<Long, Operation> operations = new TreeMap<>();
    /// Asked after everything was to be stopped, by the ticket of that.
    private final Map<Long, Set<String>> askedSince = new TreeMap<>();
    private final Set<Work> working = new HashSet<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    private TreeRun run = new TreeRun();
    private @Nullable TreeRun shadow;
    private final @Nullable Path records;
    private final CauseIds ids = new CauseIds(1, 1);
    private @Nullable FlightRecorder<TreeEvent, TreeEffect> recorder;
    private TreeTwin twin = new TreeTwin();
    private TreeOracle oracle = new TreeOracle();
    private SortedMap<String, Optional<ResourceNode>> ledger = new TreeMap<>();
    private long ticksMs;
    private int life;
    private long tickets;
    private boolean calm;
    private boolean bars;

    TreeStory(long seed) {
        this(seed, null);
    }

    /// @param records where each life of the daemon is recorded; null for nowhere
    TreeStory(long seed, @Nullable Path records) {
        this.records = records;
        simulation = new Simulation(seed);
        dice = simulation.dice();
        shapes = new Shapes(dice);
        for (int i = 0; i < SERVICES; i++) {
            ResourceNode root = shapes.service("s" + i);
            configuration.put(root.label(), root);
        }
    }

    /// What happened how often.
    Map<String, Integer> counts() {
        return counts;
    }

    void tell() {
        begin();
        simulation.afterMs(500, this::chaos);
        simulation.runForMs(CHAOS_MS);
        calm = true;
        post(new TreeEvent.Unbar());
        simulation.runForMs(400_000);
        long ticket = stopEverything();
        simulation.runForMs(100_000);
        if (askedSince.containsKey(ticket) || !working.isEmpty()) {
            throw simulation.failure("the end never came: " + working);
        }
        try {
            oracle.nothingIsOwed();
        } catch (AssertionError owed) {
            throw simulation.failure(String.valueOf(owed.getMessage()), owed);
        }
    }

    private void begin() {
        run = new TreeRun();
        record();
        shadow = null;
        twin = new TreeTwin();
        oracle = new TreeOracle();
        asked.clear();
        operations.clear();
        askedSince.clear();
        bars = false;
        post(new TreeEvent.Listed(false, ledger));
        post(configure());
        stopEverything();
    }

    /// Small segments, of which the first are dropped: what is left begins with an image in the middle of
    /// things.
    private void record() {
        close();
        if (records != null) {
            var limits = new FlightRecorder.Limits(3, 8192, 64 << 20, 256, true, 0);
            try {
                recorder = FlightRecorder.open(records.resolve("life-" + life), new TreeRecord(run), limits);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    void close() {
        if (recorder != null) {
            recorder.close();
        }
    }

    private TreeEvent configure() {
        return new TreeEvent.Configure(
                configuration.values().stream().map(Shapes::copy).toList(),
                Collections.emptySortedSet(),
                Collections.emptySortedMap());
    }

    /// Whether something happens that does so in so many of a hundred cases while the weather is rough;
    /// every other minute is fair.
    private boolean unlucky(int percent) {
        boolean fair = simulation.nowMs() / 60_000 % 2 == 1;
        return !calm && dice.nextInt(fair ? 1000 : 100) < percent;
    }

    private void chaos() {
        if (calm) {
            return;
        }
        simulation.afterMs(200 + dice.nextInt(6000), this::chaos);
        int what = dice.nextInt(100);
        if (what < 84) {
            askSomething();
        } else if (what < 88) {
            bars = !bars;
            post(bars ? new TreeEvent.Bar() : new TreeEvent.Unbar());
        } else if (what < 91) {
            stopEverything();
        } else if (what < 95) {
            String label = "service:s" + dice.nextInt(SERVICES);
            if (dice.nextInt(4) == 0) {
                configuration.remove(label);
            } else {
                configuration.put(label, shapes.variant(label.substring(label.indexOf(':') + 1)));
            }
            post(configure());
        } else if (what < 97) {
            daemonDies();
        } else {
            post(new TreeEvent.Tick());
        }
    }

    /// As the service manager does: it starts what is known to be stopped, and looks at what it has
    /// started.
    private void askSomething() {
        String label = "service:s" + dice.nextInt(SERVICES);
        boolean idle = !asked.containsValue(label) && askedSince.isEmpty();
        Operation operation = switch (dice.nextInt(10)) {
            case 0, 1, 2 -> Operation.START;
            case 3, 4 -> Operation.STOP;
            case 5 -> Operation.CONVALESCE;
            case 6 -> Operation.RECONFIG;
            default -> Operation.STATUS;
        };
        if (operation == Operation.START && (occupied.contains(label) || !idle)) {
            operation = Operation.STATUS;
        }
        ask(label, operation);
    }

    private void ask(String label, Operation operation) {
        if (operation == Operation.START) {
            occupied.add(label);
        }
        asked.put(++tickets, label);
        operations.put(tickets, operation);
        askedSince.values().forEach(since -> since.add(label));
        post(new TreeEvent.Run(tickets, label, operation));
    }

    private long stopEverything() {
        askedSince.put(++tickets, new TreeSet<>());
        long ticket = tickets;
        post(new TreeEvent.StopEverything(ticket));
        return ticket;
    }

    /// Its agents work on for a moment; the next daemon ends them before it does anything else.
    private void daemonDies() {
        count("restart");
        life++;
        for (Work work : working) {
            boolean finished = dice.nextBoolean();
            if (finished && work.effective()) {
                act(work.call(), work.status());
            }
        }
        working.clear();
        if (dice.nextInt(6) == 0) {
            // The file names another one by now, or none.
            configuration.remove("service:s" + dice.nextInt(SERVICES));
        }
        begin();
    }

    private void post(TreeEvent event) {
        long now = simulation.nowMs();
        simulation.trace().add(simulation.nowMicros(), String.valueOf(shown(event)));
        oracle.sees(event, now);
        List<String> expected = twin.on(event, now);
        if (recorder != null) {
            recorder.before(now);
        }
        List<TreeEffect> effects = run.on(event, now);
        if (recorder != null) {
            recorder.after(now, ids.next(), CauseId.NONE, event, effects);
        }
        List<String> decided = effects.stream()
                .map(TreeTwin::text)
                .filter(text -> !text.isEmpty())
                .sorted()
                .toList();
        if (!expected.equals(decided)) {
            throw new AssertionError("the twin expected " + expected + " and not " + decided);
        }
        followShadow(event, effects, now);
        for (TreeEffect effect : effects) {
            simulation.trace().add(simulation.nowMicros(), "  " + shown(effect));
            oracle.sees(effect, now);
            twin.learn(effect);
        }
        effects.forEach(this::perform);
        tick();
    }

    private static Object shown(Object told) {
        return switch (told) {
            case TreeEvent.Configure c ->
                "Configure " + c.services().stream().map(ResourceNode::label).toList();
            case TreeEffect.CallAgent call -> TreeTwin.text(call) + " as " + call.call();
            case TreeEffect.WriteLedger write -> TreeTwin.text(write);
            case TreeEvent.Listed found -> "Listed " + found.services().keySet();
            default -> told;
        };
    }

    private void followShadow(TreeEvent event, List<TreeEffect> effects, long now) {
        if (shadow != null && !shadow.on(event, now).equals(effects)) {
            throw new AssertionError("a core made from an image decides otherwise than " + effects);
        }
        if (dice.nextInt(40) == 0) {
            byte[] image = encoded(run.image());
            if (shadow != null && !Arrays.equals(image, encoded(shadow.image()))) {
                throw new AssertionError("a core made from an image has come to another state");
            }
            shadow = restored(image);
            count("image");
        }
    }

    private static byte[] encoded(TreeImage image) {
        var out = new Output(1024);
        CODEC.encode(out, image, Integer.MAX_VALUE);
        return out.toBytes();
    }

    private static TreeRun restored(byte[] octets) {
        try {
            if (!(CODEC.decode(new Input(octets)) instanceof TreeImage image)) {
                throw new AssertionError("not an image");
            }
            return TreeRun.restore(image);
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    private void perform(TreeEffect effect) {
        int now = life;
        switch (effect) {
            case TreeEffect.AskQuorum(long question, String _) -> {
                boolean yes = !unlucky(8);
                simulation.afterMs(dice.nextInt(unlucky(5) ? 20_000 : 300), () -> {
                    if (life == now) {
                        post(new TreeEvent.MayStart(question, yes));
                    }
                });
            }
            case TreeEffect.CallAgent call -> work(call);
            case TreeEffect.Done(long ticket, TreeResult result) -> done(ticket, result);
            case TreeEffect.StoppedEverything(long ticket, List<String> unclean) -> stopped(ticket, unclean);
            case TreeEffect.WriteLedger(long write, SortedMap<String, Optional<ResourceNode>> services) -> {
                boolean full = unlucky(10);
                simulation.afterMs(dice.nextInt(unlucky(5) ? 3_000 : 20), () -> {
                    if (life != now) {
                        return;
                    }
                    if (!full) {
                        ledger = services;
                        count("ledger");
                    } else {
                        count("ledger full");
                    }
                    post(new TreeEvent.Written(write, full ? "no space left" : ""));
                });
            }
            case TreeEffect.Log _ -> {}
        }
    }

    /// A ledger that couldn't be written is tried again.
    private void tick() {
        int now = life;
        long next = run.nextDeadlineMs();
        if (next != Long.MAX_VALUE && next != ticksMs) {
            ticksMs = next;
            simulation.afterMs(Math.max(1, next - simulation.nowMs()), () -> {
                if (life == now) {
                    ticksMs = 0;
                    post(new TreeEvent.Tick());
                }
            });
        }
    }

    private void work(TreeEffect.CallAgent call) {
        count(call.action());
        int status = unlucky(call.action().equals("status") ? 25 : 12) ? 1 + dice.nextInt(7) : 0;
        boolean effective = status == 0 ? !unlucky(3) : unlucky(50);
        long tookMs = 20 + dice.nextInt(2000);
        if (unlucky(4)) {
            // It hangs until it is killed at its limit, or until somebody loses patience.
            tookMs = call.limitMs() > 0 ? call.limitMs() : 30_000 + dice.nextInt(60_000);
            status = call.limitMs() > 0 ? TreeEvent.AgentEnded.TIMED_OUT : 1;
            effective = unlucky(50);
        }
        var work = new Work(life, call, status, effective);
        working.add(work);
        long took = tookMs;
        simulation.afterMs(took, () -> {
            if (working.remove(work)) {
                if (work.effective()) {
                    act(call, work.status());
                } else if (call.action().equals("stop") && (work.status() == 0 || work.status() == 5)) {
                    lied.add(place(call));
                }
                post(new TreeEvent.AgentEnded(call.call(), work.status(), took));
            }
        });
    }

    private static String place(TreeEffect.CallAgent call) {
        return call.service() + " " + call.label();
    }

    private void act(TreeEffect.CallAgent call, int status) {
        switch (call.action()) {
            case "start" -> running.add(place(call));
            case "stop" -> {
                running.remove(place(call));
                lied.remove(place(call));
            }
            default -> {}
        }
    }

    private void done(long ticket, TreeResult result) {
        String label = asked.remove(ticket);
        Operation operation = operations.remove(ticket);
        count(operation + (result.ok() ? result.partial() ? " in part" : "" : " failed"));
        if (operation == Operation.STOP && result.ok() && label != null) {
            occupied.remove(label);
            nothingRuns(label);
        }
    }

    private void stopped(long ticket, List<String> unclean) {
        Set<String> since = askedSince.remove(ticket);
        count(unclean.isEmpty() ? "all stopped" : "all stopped but some");
        for (int i = 0; i < SERVICES; i++) {
            String label = "service:s" + i;
            if (!unclean.contains(label) && since != null && !since.contains(label)) {
                nothingRuns(label);
                occupied.remove(label);
            }
        }
    }

    private void nothingRuns(String label) {
        for (String place : running) {
            if (place.startsWith(label + " ") && !lied.contains(place)) {
                throw new AssertionError(place + " runs, and " + label + " was said to be stopped");
            }
        }
        for (Work work : working) {
            if (work.call().service().equals(label) && !work.call().action().equals("stop")) {
                throw new AssertionError(work.call() + " is at work, and " + label + " was said to be stopped");
            }
        }
    }

    private void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }
}
