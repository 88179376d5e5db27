package io.muster.lvs;

import io.muster.checks.CheckResult;
import io.muster.checks.Target;
import io.muster.core.Core;
import io.muster.driver.Dice;
import io.muster.ipvs.Destination;
import io.muster.ipvs.FakeTable;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import io.muster.lvscf.LvsConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A director's life in virtual time: a table with somebody else's hands in it, real servers that come
/// and go, a disk, and an lvsd that can die between any two of its deeds. What lvsd does is judged as
/// it does it.
final class LvsdWorld {
    private static final long WALL = 1_700_000_000_000L;

    private record Due(long atMs, long order, int life, Runnable what) {}

    final Random dice;
    final FakeTable table = new FakeTable();
    final List<String> log = new ArrayList<>();
    long nowMs = 5_000;
    long disturbedMs = nowMs;
    LvsConfig config;

    @Nullable
    Reconciler lvsd;

    /// What is to be driven instead of an lvsd: the same, recorded or watched.
    Function<Reconciler, Core<LvsdEvent, LvsdEffect>> driven = core -> core;

    private @Nullable Core<LvsdEvent, LvsdEffect> acting;

    Set<ServiceId> configured = new TreeSet<>();
    Holdings disk = Holdings.NONE;
    boolean diskEverFailed;
    long tableBadUntilMs;
    long diskBadUntilMs;
    int crashIn = -1;
    private boolean stopping;

    /// What was said of lvsd last.
    private String told = "unstarted";

    final Set<RealServer> drained = new HashSet<>();
    final Set<RealServer> zeroed = new HashSet<>();
    final Set<RealServer> zeroSeen = new HashSet<>();
    final Set<RealServer> touchedByHand = new HashSet<>();
    final Map<Long, Runnable> replies = new HashMap<>();
    final List<ServiceEntry> foreign = new ArrayList<>();
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::atMs).thenComparingLong(Due::order));
    private final Map<String, Boolean> healthy = new TreeMap<>();
    private long order;
    private int life;
    private long clients;
    private long armedMs = Long.MAX_VALUE;

    LvsdWorld(long seed) {
        dice = new Random(seed);
        config = Pool.random(dice);
    }

    void at(long delayMs, Runnable what) {
        queue.add(new Due(nowMs + delayMs, order++, -1, what));
    }

    private void mine(long delayMs, Runnable what) {
        queue.add(new Due(nowMs + delayMs, order++, life, what));
    }

    void disturb() {
        disturbedMs = nowMs;
    }

    void boot() {
        if (lvsd != null) {
            return;
        }
        disturb();
        stopping = false;
        lvsd = new Reconciler(new Dice(dice.nextLong()));
        acting = driven.apply(lvsd);
        told = "unstarted";
        configured = new TreeSet<>(Plan.of(config).services().keySet());
        // A hand-set zero ends where lvs.cf forgot the server while nobody watched.
        forget();
        give(new LvsdEvent.Started(
                config, HoldingsText.read(HoldingsText.write(disk)).holdings(), WALL - nowMs));
    }

    void crash() {
        if (lvsd != null) {
            disturb();
            life++;
            lvsd = null;
            crashIn = -1;
            armedMs = Long.MAX_VALUE;
            replies.clear();
            at(10 + dice.nextInt(1_500), this::boot);
        }
    }

    /// Runs until a time.
    void run(long untilMs) {
        while (true) {
            Due next = queue.peek();
            if (next == null || next.atMs() > untilMs) {
                nowMs = untilMs;
                return;
            }
            queue.remove();
            nowMs = Math.max(nowMs, next.atMs());
            if (next.life() < 0 || next.life() == life) {
                next.what().run();
            }
        }
    }

    void give(LvsdEvent event) {
        Core<LvsdEvent, LvsdEffect> core = acting;
        if (lvsd == null || core == null) {
            return;
        }
        if (event instanceof LvsdEvent.TableRead) {
            zeroSeen.addAll(zeroed);
        }
        List<LvsdEffect> effects = core.on(event, nowMs);
        // No change without a line.
        String last = effects.stream()
                .filter(LvsdEffect.StateChanged.class::isInstance)
                .map(effect -> ((LvsdEffect.StateChanged) effect).to())
                .reduce(told, (before, next) -> next);
        check(lvsd.word().equals(last), "is " + lvsd.word() + ", and " + last + " was said");
        for (LvsdEffect effect : effects) {
            if (crashIn == 0) {
                crash();
                return;
            }
            crashIn -= crashIn > 0 ? 1 : 0;
            perform(effect);
        }
        long next = core.nextDeadlineMs();
        if (next != Long.MAX_VALUE && next != armedMs) {
            armedMs = next;
            mine(Math.max(1, next - nowMs), () -> {
                armedMs = Long.MAX_VALUE;
                give(new LvsdEvent.Tick());
            });
        }
    }

    private void perform(LvsdEffect effect) {
        switch (effect) {
            case LvsdEffect.ReadTable(long request) ->
                mine(1 + dice.nextInt(5), () -> {
                    long print = table.fingerprint();
                    give(
                            bad()
                                    ? new LvsdEvent.ReadFailed(request, "no answer")
                                    : new LvsdEvent.TableRead(request, print, table.table(), table.timeouts()));
                });
            case LvsdEffect.CheapRead(long request, List<ServiceId> also) ->
                mine(
                        1 + dice.nextInt(3),
                        () -> give(
                                bad()
                                        ? new LvsdEvent.ReadFailed(request, "no answer")
                                        : new LvsdEvent.FingerprintRead(
                                                request, table.fingerprint(), OneLvsd.part(table, also))));
            case LvsdEffect.Apply(long request, List<IpvsOp> operations) -> {
                judge(operations);
                // What the kernel has been given it does, whether or not lvsd lives to hear of it.
                int alive = dice.nextInt(20) == 0 ? dice.nextInt(operations.size() + 1) : operations.size();
                int mine = life;
                at(1 + dice.nextInt(5), () -> {
                    if (mine != life) {
                        apply(operations.subList(0, alive));
                    } else if (bad()) {
                        apply(operations.subList(0, dice.nextInt(operations.size() + 1)));
                        give(new LvsdEvent.ApplyFailed(request, "no answer"));
                    } else {
                        give(new LvsdEvent.Applied(request, apply(operations)));
                    }
                });
            }
            case LvsdEffect.WriteHoldings(long request, Holdings holdings) -> {
                // lvsd is about to set the same 0 before it saw the hand's.
                zeroed.removeIf(
                        zero -> !zeroSeen.contains(zero) && holdings.zeros().contains(zero));
                int mine = life;
                boolean done = dice.nextBoolean();
                at(1 + dice.nextInt(10), () -> {
                    if (mine != life) {
                        disk = done ? holdings : disk;
                    } else if (nowMs < diskBadUntilMs) {
                        diskEverFailed = true;
                        disturb();
                        give(new LvsdEvent.HoldingsFailed(request, "no space"));
                    } else {
                        disk = holdings;
                        give(new LvsdEvent.HoldingsWritten(request));
                    }
                });
            }
            case LvsdEffect.StartCheck(Target target, long ticket, var check, long timeoutMs) ->
                mine(
                        1 + dice.nextInt(50),
                        () -> give(new LvsdEvent.Checked(
                                target, ticket, new CheckResult(healthy(target), "as it is", 1))));
            case LvsdEffect.Log(LvsdEffect.Level level, String line) -> {
                log.add(nowMs + " " + level + " " + line);
                // What the checks find disturbs the table as much as a hand does.
                if (line.contains("making")
                        || line.contains("shutting down")
                        || line.contains(": weight ")
                        || line.contains("drain")) {
                    disturb();
                }
            }
            case LvsdEffect.Reply(long client, LvsdAnswer answer) -> {
                Runnable then = replies.remove(client);
                if (answer.good() && then != null) {
                    then.run();
                }
            }
            case LvsdEffect.Stopped(boolean clean) -> {
                for (ServiceEntry entry : table.table()) {
                    check(
                            clean && isForeign(entry.service().id()) || !clean,
                            "stopped and left " + entry.service().id());
                }
                life++;
                lvsd = null;
                armedMs = Long.MAX_VALUE;
                replies.clear();
                zeroed.clear();
                zeroSeen.clear();
                at(50, this::boot);
            }
            case LvsdEffect.StateChanged(String from, String to, String reason) -> {
                check(from.equals(told), "was " + told + ", and now " + from + " -> " + to);
                told = to;
            }
            case LvsdEffect.SetSysctls _, LvsdEffect.RestoreSysctls _, LvsdEffect.Ready _, LvsdEffect.Notify _ -> {}
        }
    }

    private List<IpvsError> apply(List<IpvsOp> operations) {
        var results = new ArrayList<IpvsError>();
        for (IpvsOp operation : operations) {
            if (operation instanceof IpvsOp.DeleteDestination(ServiceId id, Destination to)
                    && unsaved().contains(RealServer.of(id, to))) {
                // Taken out before anybody noted what the hand did to it: that went with it.
                forgetZero(RealServer.of(id, to));
            }
            boolean bad = nowMs < tableBadUntilMs && dice.nextInt(4) == 0;
            if (bad) {
                disturb();
            }
            results.add(bad ? new IpvsError(12) : table.apply(operation));
        }
        return results;
    }

    private boolean bad() {
        boolean bad = nowMs < tableBadUntilMs && dice.nextInt(2) == 0;
        if (bad) {
            disturb();
        }
        return bad;
    }

    private void judge(List<IpvsOp> operations) {
        for (IpvsOp operation : operations) {
            ServiceId id = serviceOf(operation);
            check(
                    diskEverFailed || configured.contains(id) || disk.owned().contains(id),
                    "touches foreign " + operation);
            check(!isForeign(id), "touches foreign " + operation);
            switch (operation) {
                case IpvsOp.AddService _ ->
                    check(diskEverFailed || disk.owned().contains(id), "not noted before " + operation);
                case IpvsOp.DeleteService _ -> check(!configured.contains(id), "unchanged but " + operation);
                case IpvsOp.AddDestination(ServiceId service, Destination to) -> weighed(service, to, operation);
                case IpvsOp.EditDestination(ServiceId service, Destination to) -> weighed(service, to, operation);
                case IpvsOp.DeleteDestination(ServiceId service, Destination to) -> {
                    RealServer place = RealServer.of(service, to);
                    LvsdStatus.Server server = server(place);
                    // After a restart too nobody goes before a check has failed, unless lvsd had taken
                    // it out.
                    boolean failed = server != null
                            && (server.failures() > 0 || disk.zeros().contains(place));
                    check(
                            server == null || server.drain().isPresent() || !server.up() && failed,
                            "configured and not failed, but " + operation);
                }
                default -> {}
            }
        }
    }

    private void weighed(ServiceId service, Destination to, IpvsOp operation) {
        RealServer place = RealServer.of(service, to);
        if (to.weight() > 0) {
            check(diskEverFailed || !drained.contains(place), "drained, but " + operation);
            check(diskEverFailed || !zeroSeen.contains(place), "set to 0 by hand, but " + operation);
        }
    }

    LvsdStatus.@Nullable Server server(RealServer place) {
        return servers().get(place.toString());
    }

    /// What lvsd shows of each real server.
    Map<String, LvsdStatus.Server> servers() {
        var servers = new HashMap<String, LvsdStatus.Server>();
        Reconciler core = lvsd;
        if (core != null) {
            for (LvsdStatus.Virtual virtual : core.status(nowMs).virtuals()) {
                for (LvsdStatus.Server server : virtual.servers()) {
                    servers.put(virtual.service() + " -> " + server.address(), server);
                }
            }
        }
        return servers;
    }

    private static ServiceId serviceOf(IpvsOp operation) {
        return switch (operation) {
            case IpvsOp.AddService(VirtualService service) -> service.id();
            case IpvsOp.EditService(VirtualService service) -> service.id();
            case IpvsOp.DeleteService(ServiceId id) -> id;
            case IpvsOp.AddDestination(ServiceId id, Destination to) -> id;
            case IpvsOp.EditDestination(ServiceId id, Destination to) -> id;
            case IpvsOp.DeleteDestination(ServiceId id, Destination to) -> id;
            default -> throw new AssertionError("never asked for: " + operation);
        };
    }

    boolean isForeign(ServiceId id) {
        return foreign.stream().anyMatch(entry -> entry.service().id().equals(id));
    }

    private boolean healthy(Target target) {
        return healthy.computeIfAbsent(target.server(), key -> dice.nextInt(4) > 0);
    }

    // What happens to it.

    void serverFlips() {
        disturb();
        List<String> servers = List.copyOf(healthy.keySet());
        if (!servers.isEmpty()) {
            healthy.compute(servers.get(dice.nextInt(servers.size())), (key, up) -> up == null || !up);
        }
    }

    /// A clean stop; it is started again once it has ended.
    void stopping() {
        if (lvsd != null) {
            configured = new TreeSet<>();
            stopping = true;
            zeroed.clear();
            zeroSeen.clear();
            give(new LvsdEvent.Stop());
        }
    }

    void reload() {
        disturb();
        config = dice.nextInt(4) == 0 ? config : Pool.changed(config, dice);
        if (lvsd != null) {
            if (!stopping) {
                configured = new TreeSet<>(Plan.of(config).services().keySet());
            }
            zeroed.clear();
            zeroSeen.clear();
            forget();
            give(new LvsdEvent.Reloaded(config));
        }
    }

    private void forget() {
        Plan plan = Plan.of(config);
        drained.removeIf(place -> {
            Plan.Service service = plan.services().get(place.service());
            return service == null || !service.servers().containsKey(place);
        });
        zeroed.removeIf(place -> {
            Plan.Service service = plan.services().get(place.service());
            Plan.Server server = service == null ? null : service.servers().get(place);
            return server == null || server.destination().weight() == 0;
        });
        zeroSeen.retainAll(zeroed);
    }

    void drain(boolean end) {
        disturb();
        List<RealServer> places = places();
        if (lvsd == null || places.isEmpty()) {
            return;
        }
        RealServer place = places.get(dice.nextInt(places.size()));
        long client = ++clients;
        String service = place.service().toString();
        if (end) {
            drained.remove(place);
            zeroed.remove(place);
            zeroSeen.remove(place);
            give(new LvsdEvent.Undrain(client, place.server(), service));
        } else {
            replies.put(client, () -> drained.add(place));
            long deadline = dice.nextInt(2) * (500L + dice.nextInt(3_000));
            give(new LvsdEvent.Drain(client, place.server(), service, deadline));
        }
    }

    private List<RealServer> places() {
        var places = new ArrayList<RealServer>();
        Plan.of(config)
                .services()
                .values()
                .forEach(service -> places.addAll(service.servers().keySet()));
        return places;
    }

    /// Zeros nobody but the table knows of: lost with it.
    Set<RealServer> unsaved() {
        var unsaved = new HashSet<>(zeroed);
        unsaved.removeAll(disk.drains().keySet());
        return unsaved;
    }

    void forgetZero(RealServer place) {
        zeroed.remove(place);
        zeroSeen.remove(place);
    }

    void check(boolean good, Supplier<String> what) {
        if (!good) {
            check(false, what.get());
        }
    }

    void check(boolean good, String what) {
        if (!good) {
            throw new AssertionError("at " + nowMs + " ms (disturbed at " + disturbedMs + "): " + what + "\n"
                    + String.join("\n", log.subList(Math.max(0, log.size() - 40), log.size())));
        }
    }
}
