package io.muster.fence;

import io.muster.control.Answer;
import io.muster.control.AsyncControlClient;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.fence.DomainReport.VictimLine;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.fence.daemon.FenceProtocol;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.model.ModelCluster;
import io.muster.model.ModelCman;
import io.muster.model.ModelNode;
import io.muster.model.Unit;
import io.muster.simulator.NetworkOptions;
import io.muster.simulator.SimMachine;
import io.muster.wire.Output;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Some machines with cman and fenced as they ship, their power, and the people who look after them.
final class FenceSite {
    static final Unit FENCED = new Unit("fenced", 50, 300, 100, true, FenceSite::fenced);
    private static final int AGENT_TIMEOUT_MS = 4_000;
    private static final FenceDaemon.Options OPTIONS = new FenceDaemon.Options(
            true, new FenceSettings.Overrides(false, FenceSettings.Overrides.UNSET, AGENT_TIMEOUT_MS));

    private final FenceDocument document;
    private final ModelCluster model;
    private final FenceTruth truth = new FenceTruth(this);
    private final FenceAgents agents = new FenceAgents(this);

    FenceSite(long seed, FenceDocument document, NetworkOptions network) {
        this.document = document;
        this.model = new ModelCluster(seed, document.size(), document.octets(), network);
        model.programs(agents);
        model.watch(truth::records);
        model.nodes().values().forEach(node -> FenceAgents.install(node.files()));
        model.unit(FENCED);
        model.unit(new Unit("tenant", 50, 500, 1_000, true, this::tenant));
    }

    private static Object fenced(ModelNode node, Around around) throws IOException {
        return FenceDaemon.start(around, OPTIONS);
    }

    private Object tenant(ModelNode node, Around around) {
        return TenantDaemon.start(around, _ -> truth.starts(node));
    }

    ModelCluster model() {
        return model;
    }

    FenceTruth truth() {
        return truth;
    }

    FenceAgents agents() {
        return agents;
    }

    ModelNode node(int nodeid) {
        return model.node(nodeid);
    }

    int size() {
        return document.size();
    }

    /// How many power supplies the machine has.
    int supplies(int nodeid) {
        return document.supplies(nodeid);
    }

    DomainReport report(ModelNode node) {
        return node.daemon("fenced", FenceDaemon.class).map(FenceDaemon::report).orElse(DomainReport.absent());
    }

    // ---- power

    void powerOff(int nodeid) {
        truth.off(nodeid);
        node(nodeid).powerOff();
    }

    /// Switches a machine on, unless it is.
    void boot(int nodeid) {
        ModelNode node = node(nodeid);
        if (!node.machine().up()) {
            agents.outletsOn(nodeid);
            node.boot();
            truth.boots(node);
        }
    }

    // ---- people

    /// An operator who has looked: vouches only for what is really dead.
    void acknowledge(ModelNode at) {
        for (VictimLine victim : report(at).victims()) {
            boolean named = !victim.node().incarnation().equals(Incarnation.UNKNOWN);
            if (named && !victim.proven() && !truth.lives(victim.node())) {
                at.say("operator vouches for " + victim.node());
                acknowledge(at, victim.node(), _ -> {});
            }
        }
    }

    /// `fence_ack_manual`.
    void acknowledge(ModelNode at, Node victim, Consumer<String> answer) {
        ask(at, FenceProtocol.ACKNOWLEDGE, new Output().node(victim).toBytes(), answer);
    }

    private void ask(ModelNode node, int type, byte[] request, Consumer<String> then) {
        if (!node.machine().up()) {
            return;
        }
        var process = new SimMachine(
                model.simulation(), node.machine(), "command", node.files(), execution -> execution.end(127, ""));
        AsyncControlClient.connect(
                process.sockets(), process.loop(), node.layout().socket("fenced"), new AsyncControlClient.Listener() {
                    @Override
                    public void onOpen(AsyncControlClient client) {
                        client.ask(type, CauseId.NONE, request, 60_000, answer -> {
                            told(answer);
                            process.close();
                        });
                    }

                    private void told(AsyncControlClient.Outcome answer) {
                        if (answer instanceof AsyncControlClient.Outcome.Got(Frame frame)) {
                            try {
                                Answer decoded = Answer.decode(frame);
                                then.accept(decoded.done() ? "done" : decoded.text());
                            } catch (MalformedMessage e) {
                                throw new AssertionError("fenced's answer: " + e.getMessage(), e);
                            }
                        }
                    }

                    @Override
                    public void onUnreachable(IOException why) {
                        process.close();
                    }

                    @Override
                    public void onFrame(Frame frame) {}

                    @Override
                    public void onClose(String why) {}
                });
    }

    // ---- calm

    /// Ends all trouble; from now on every machine that is off is switched on.
    void calm() {
        agents.fate((agent, victim) -> FenceAgents.Luck.WORKS);
        model.calm();
        model.simulation().afterMs(5_000, this::lookAround);
    }

    private void lookAround() {
        for (ModelNode node : model.nodes().values()) {
            if (node.machine().up() && node.cman().isEmpty()) {
                // cman's unit has no automatic restart; if nobody has fenced the node, somebody must
                // see to it.
                powerOff(node.nodeid());
            }
            boot(node.nodeid());
        }
        model.simulation().afterMs(20_000, this::lookAround);
    }

    /// What is still owed in calm; empty when all is well.
    List<String> owed() {
        var owed = new ArrayList<String>();
        for (ModelNode node : model.nodes().values()) {
            ModelCman cman = node.cman().orElse(null);
            DomainReport report = report(node);
            if (cman == null
                    || !cman.ring().operational()
                    || cman.ring().members().size() != size()) {
                owed.add("node " + node.nodeid() + " isn't back");
            } else if (!report.joined()
                    || !report.complete()
                    || !report.victims().isEmpty()) {
                owed.add("node " + node.nodeid() + " joined " + report.joined() + ", complete " + report.complete()
                        + ", victims " + report.victims());
            } else if (!truth.recovered(node)) {
                owed.add("node " + node.nodeid() + " hasn't reported recovery");
            }
        }
        return owed;
    }
}
