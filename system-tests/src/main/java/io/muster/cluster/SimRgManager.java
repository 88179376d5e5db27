package io.muster.cluster;

import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.membership.CmanEvent;
import io.muster.service.Plan;
import io.muster.service.RequestKind;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import io.muster.service.ServiceManager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// rgmanager of one node, with trees of agents that take their time and sometimes fail. Agents outlive the daemon.
final class SimRgManager extends SimReplica<ServiceEvent, ServiceEffect> {
    static final String GROUP = "rgmanager";

    private static final long WALL_MS = 1_700_000_000_000L;

    final ServiceManager manager;
    private final Map<String, ArrayDeque<ServiceEffect.RunTree>> queues = new HashMap<>();
    private final Set<String> busy = new HashSet<>();
    private boolean startsBarred;
    private int stops;
    private long request;
    private Plan plan;

    SimRgManager(SimMachine machine, SimCman cman) {
        this(machine, cman, new ServiceManager(cman.self, Documents::plan));
    }

    private SimRgManager(SimMachine machine, SimCman cman, ServiceManager manager) {
        super(machine, cman, GROUP, Optional.of(GroupEntry.Level.SERVICE), manager);
        this.manager = manager;
        this.plan = Documents.plan(machine.disk.document()).orElseThrow();
        this.request = machine.world.simulation.nowMs() << 20;
        post(new ServiceEvent.Configured(plan));
    }

    void ask(RequestKind kind, String service, int target) {
        post(new ServiceEvent.Requested(++request, kind, service, target, wallMs()));
    }

    private long wallMs() {
        return WALL_MS + machine.world.simulation.nowMs();
    }

    @Override
    void entry(GroupEntry entry) {
        if (entry instanceof GroupEntry.Quorum(long _, boolean quorate)) {
            startsBarred = !quorate;
        }
    }

    /// cman is gone: stop everything, then end. If cman lives, the unit starts the daemon again.
    @Override
    void lost() {
        startsBarred = true;
        stopEverything(_ -> {
            process.die();
            machine.later(1000, machine::startRgManager);
        });
    }

    @Override
    void perform(ServiceEffect effect, long nowMs) {
        switch (effect) {
            case ServiceEffect.Propose propose -> throw new AssertionError("a proposal as a local effect: " + propose);
            case ServiceEffect.RunTree run -> {
                queues.computeIfAbsent(run.service(), _ -> new ArrayDeque<>()).add(run);
                next(run.service());
            }
            case ServiceEffect.StopEverything(long epoch) ->
                stopEverything(unclean -> post(new ServiceEvent.StoppedEverything(epoch, unclean, wallMs())));
            case ServiceEffect.ReportStopped(Node run) ->
                connection.send(new CmanEvent.ReportFenced(connection.id, run, GroupEntry.STOPPED));
            case ServiceEffect.ReportRecovered(long upTo) ->
                connection.send(new CmanEvent.ReportRecovered(connection.id, GROUP, upTo));
            case ServiceEffect.Answer(long _, var code, int _) -> machine.say("clusvcadm: " + code);
            case ServiceEffect.Reconfigure(int _, byte[] document) ->
                Documents.plan(document).ifPresent(p -> plan = p);
            case ServiceEffect.NeedConfiguration(int version) ->
                machine.later(200, () -> {
                    if (alive() && machine.disk.version() == version) {
                        plan = Documents.plan(machine.disk.document()).orElseThrow();
                        post(new ServiceEvent.Configured(plan));
                    }
                });
            case ServiceEffect.Leave() -> {}
            case ServiceEffect.StateChanged s ->
                machine.say(
                        s.service() + " " + s.from() + " -> " + s.to() + ": " + s.reason() + "; owner " + s.owner());
            case ServiceEffect.Notice(boolean _, String text) -> machine.say("rgmanager: " + text);
        }
    }

    private void next(String service) {
        ArrayDeque<ServiceEffect.RunTree> queue = queues.get(service);
        if (queue == null || queue.isEmpty() || !alive() || !busy.add(service)) {
            return;
        }
        ServiceEffect.RunTree run = queue.remove();
        int stopsBefore = stops;
        switch (run.operation()) {
            case START -> start(run, stopsBefore);
            case STOP -> agent(run, () -> stop(run.service()));
            case STATUS -> agent(run, () -> machine.running.contains(run.service()) && !lucky(2));
            case CONVALESCE -> agent(run, () -> true);
        }
    }

    private void start(ServiceEffect.RunTree run, int stopsBefore) {
        if (startsBarred || stops != stopsBefore) {
            done(run, false);
            return;
        }
        askFresh(quorate -> {
            if (!alive() || !quorate || startsBarred || stops != stopsBefore) {
                done(run, false);
                return;
            }
            machine.world.serviceStarts(machine, connection.self(), run.service());
            agent(run, () -> stops == stopsBefore && !lucky(machine.world.faults.startFailsPercent()));
        });
    }

    private boolean stop(String service) {
        if (lucky(machine.world.faults.stopFailsPercent())) {
            machine.world.failures.add(service);
            return false;
        }
        machine.world.serviceStopped(machine, service);
        return true;
    }

    /// Whether something that happens in so many of a hundred cases happens now.
    private boolean lucky(int percent) {
        return machine.world.simulation.dice().nextInt(100) < percent;
    }

    private interface Work {
        boolean succeeds();
    }

    /// An agent works whether or not its daemon lives to hear of it.
    private void agent(ServiceEffect.RunTree run, Work work) {
        machine.later(machine.random(5, 400), () -> {
            boolean success = work.succeeds();
            if (!success) {
                machine.world.failures.add(run.service());
            }
            done(run, success);
        });
    }

    private void done(ServiceEffect.RunTree run, boolean success) {
        busy.remove(run.service());
        if (alive()) {
            post(new ServiceEvent.TreeDone(run.service(), run.operation(), run.generation(), success, false, wallMs()));
            next(run.service());
        }
    }

    /// Ends whatever is being started, then stops every service of the configuration.
    private void stopEverything(java.util.function.Consumer<List<String>> then) {
        stops++;
        var services = new ArrayList<String>();
        plan.services().forEach(spec -> services.add(spec.name()));
        machine.later(machine.random(5, 300), new Runnable() {
            @Override
            public void run() {
                if (!busy.isEmpty() && alive()) {
                    machine.later(20, this);
                    return;
                }
                var unclean = new ArrayList<String>();
                for (String service : services) {
                    if (!stop(service)) {
                        unclean.add(service);
                    }
                }
                if (alive()) {
                    then.accept(unclean);
                }
            }
        });
    }
}
