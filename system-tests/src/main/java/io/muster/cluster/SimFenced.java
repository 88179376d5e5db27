package io.muster.cluster;

import io.muster.core.Node;
import io.muster.fence.FenceDomain;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.fence.FenceSettings;
import io.muster.group.GroupEntry;
import io.muster.membership.CmanEvent;
import java.util.Optional;
import java.util.TreeSet;

/// fenced of one node, with agents that cut a machine's power and switch it on again.
final class SimFenced extends SimReplica<FenceEvent, FenceEffect> {
    static final String GROUP = "fence:default";

    private static final long WALL_MS = 1_700_000_000_000L;

    /// Later configurations keep the short time limit of the first.
    private static final FenceSettings.Overrides OVERRIDES =
            new FenceSettings.Overrides(false, FenceSettings.Overrides.UNSET, Documents.AGENT_TIMEOUT_MS);

    final FenceDomain domain;
    private final TreeSet<Long> atWork = new TreeSet<>();

    SimFenced(SimMachine machine, SimCman cman) {
        this(
                machine,
                cman,
                new FenceDomain(
                        cman.self, Documents.fence(machine.disk.document()).orElseThrow(), OVERRIDES));
    }

    private SimFenced(SimMachine machine, SimCman cman, FenceDomain domain) {
        super(machine, cman, GROUP, Optional.of(GroupEntry.Level.FENCE), domain);
        this.domain = domain;
    }

    private long wallMs() {
        return WALL_MS + machine.world.simulation.nowMs();
    }

    /// cman has hung up. If it still lives this daemon was too slow, and comes back with the state of the others.
    @Override
    void lost() {
        process.die();
        atWork.clear();
        machine.later(100, machine::startFenced);
    }

    @Override
    void died() {
        atWork.clear();
    }

    @Override
    void perform(FenceEffect effect, long nowMs) {
        switch (effect) {
            case FenceEffect.Propose propose -> throw new AssertionError("a proposal as a local effect: " + propose);
            case FenceEffect.CheckQuorate(long check) ->
                askFresh(quorate -> post(new FenceEvent.QuorateChecked(check, quorate)));
            case FenceEffect.RunAgent(long run, Node victim, var _, long timeoutMs) -> run(run, victim, timeoutMs);
            case FenceEffect.StopAgent(long run) -> end(run, -9, "killed");
            case FenceEffect.ReportFenced(Node victim, String how) ->
                connection.send(new CmanEvent.ReportFenced(connection.id, victim, how));
            case FenceEffect.ReportRecovered(long upTo) ->
                connection.send(new CmanEvent.ReportRecovered(connection.id, GROUP, upTo));
            case FenceEffect.Log(var _, String text) -> machine.say("fenced: " + text);
        }
    }

    private void run(long run, Node victim, long timeoutMs) {
        SimCluster world = machine.world;
        world.agentStarts(machine, connection.freshMembers(), victim);
        atWork.add(run);
        int luck = world.simulation.dice().nextInt(100);
        if (luck < world.faults.agentHangsPercent()) {
            machine.later((int) timeoutMs, () -> end(run, -9, "time limit"));
            return;
        }
        int tookMs = machine.random(20, 600);
        boolean works = luck >= world.faults.agentHangsPercent() + world.faults.agentFailsPercent();
        machine.later(tookMs / 2, () -> {
            if (works && atWork.contains(run)) {
                world.powerCycle(victim);
            }
            // One after the other, however long the machine stood still between.
            machine.later(tookMs / 2, () -> end(run, works ? 0 : 1, works ? "" : "no answer"));
        });
    }

    private void end(long run, int status, String output) {
        if (atWork.remove(run) && alive()) {
            post(new FenceEvent.AgentDone(run, status, output, 1, wallMs()));
        }
    }
}
