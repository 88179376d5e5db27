package io.muster.rehearsal;

import io.muster.cman.client.CmanFrames;
import io.muster.config.client.CcsFrames;
import io.muster.control.Answer;
import io.muster.control.AsyncControlClient;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.fence.daemon.FenceProtocol;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import io.muster.model.ModelNode;
import io.muster.service.RequestKind;
import io.muster.service.ResultCode;
import io.muster.service.daemon.ServiceFrames;
import io.muster.simulator.SimMachine;
import io.muster.wire.Output;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Somebody who types commands: each a process of its own that asks a daemon over its control socket,
/// prints and ends.
final class Operator {
    /// A command's patience.
    private static final long PATIENCE_MS = 60_000;

    /// What tells an agent that is called by hand, in a rehearsal, from one of fenced's.
    static final String BY_HAND = "BY_HAND";

    private final Site site;

    Operator(Site site) {
        this.site = site;
    }

    void clusvcadm(ModelNode node, RequestKind kind, String service, int target) {
        byte[] request = ServiceFrames.request(kind, service, target).toBytes();
        ask(node, "rgmanager", ServiceFrames.REQUEST, request, answer -> {
            boolean known = answer.code() >= 0 && answer.code() < ResultCode.values().length;
            node.say("clusvcadm " + kind + " " + service + ": "
                    + (known ? ResultCode.values()[answer.code()] : answer.text()));
        });
    }

    /// @param then once it is in force
    void update(ModelNode node, byte[] document, Runnable then) {
        byte[] request = CcsFrames.update(document, 0).toBytes();
        ask(node, "ccsd", CcsFrames.UPDATE, request, answer -> {
            node.say("ccs_tool update: " + (answer.done() ? "done" : answer.text()));
            site.rare(answer.done() ? Rare.UPDATE_DONE : Rare.UPDATE_REFUSED);
            if (answer.done()) {
                then.run();
            }
        });
    }

    void leave(ModelNode node, boolean removed, boolean force) {
        cman(node, "leave", CmanFrames.LEAVE, CmanFrames.leave(removed, force));
    }

    void kill(ModelNode node, int victim) {
        cman(node, "kill " + victim, CmanFrames.KILL, CmanFrames.kill(List.of(victim), "an operator wants it"));
    }

    void expect(ModelNode node, int votes) {
        cman(node, "expected " + votes, CmanFrames.EXPECTED, CmanFrames.expected(votes));
    }

    void votes(ModelNode node, int of, int votes) {
        cman(node, "votes of " + of + " " + votes, CmanFrames.VOTES, CmanFrames.votes(of, votes));
    }

    private void cman(ModelNode node, String what, int type, Output request) {
        ask(
                node,
                "cman",
                type,
                request.toBytes(),
                answer -> node.say("cman_tool " + what + ": " + (answer.done() ? "done" : answer.text())));
    }

    /// `fence_ack_manual`: the run is harmless, says somebody who has seen to it.
    void acknowledge(ModelNode node, Node run) {
        node.say("fence_ack_manual " + run);
        site.rare(Rare.OVERRIDE);
        ask(
                node,
                "fenced",
                FenceProtocol.ACKNOWLEDGE,
                FenceProtocol.node(run).toBytes(),
                answer -> node.say("fence_ack_manual " + run + ": " + (answer.done() ? "done" : answer.text())));
    }

    /// `fence_node`: an agent by hand, and the word about it to fenced.
    void fence(ModelNode node, int victim) {
        Optional<Node> run = node.daemon("fenced", FenceDaemon.class).map(FenceDaemon::report).stream()
                .flatMap(report -> report.nodes().stream())
                .filter(line -> line.nodeid() == victim)
                .flatMap(line -> line.run().stream())
                .findFirst();
        if (!node.machine().up()) {
            return;
        }
        node.say("fence_node n" + victim + ", which is " + run);
        site.rare(Rare.EXTERNAL);
        SimMachine process = command(node);
        var agent = new Program(
                List.of("/usr/sbin/fence_sim"),
                Map.of(BY_HAND, "1"),
                "port=" + victim + "\n",
                Draft.AGENT_TIMEOUT_MS,
                100);
        process.programs().start(agent, Programs.Bond.TIED, result -> {
            if (result.status() == 0 && run.isPresent()) {
                ask(
                        node,
                        "fenced",
                        FenceProtocol.FENCED_OUTSIDE,
                        FenceProtocol.outside(run.get(), "fence_sim").toBytes(),
                        answer -> node.say("fence_node n" + victim + ": " + (answer.done() ? "told" : answer.text())));
            }
            process.close();
        });
    }

    private SimMachine command(ModelNode node) {
        return new SimMachine(site.model().simulation(), node.machine(), "command", node.files(), site.agents());
    }

    private void ask(ModelNode node, String daemon, int type, byte[] request, Consumer<Answer> then) {
        if (!node.machine().up()) {
            return;
        }
        SimMachine process = command(node);
        AsyncControlClient.connect(
                process.sockets(), process.loop(), node.layout().socket(daemon), new AsyncControlClient.Listener() {
                    @Override
                    public void onOpen(AsyncControlClient client) {
                        client.ask(type, CauseId.NONE, request, PATIENCE_MS, answer -> {
                            told(answer);
                            process.close();
                        });
                    }

                    private void told(AsyncControlClient.Outcome answer) {
                        switch (answer) {
                            case AsyncControlClient.Outcome.Got(Frame frame) -> {
                                try {
                                    then.accept(Answer.decode(frame));
                                } catch (MalformedMessage e) {
                                    throw new AssertionError(daemon + "'s answer: " + e.getMessage(), e);
                                }
                            }
                            case AsyncControlClient.Outcome.None(String why) ->
                                node.say("no answer of " + daemon + ": " + why);
                        }
                    }

                    @Override
                    public void onUnreachable(IOException why) {
                        node.say(daemon + " isn't there for an operator: " + why.getMessage());
                        process.close();
                    }

                    @Override
                    public void onFrame(Frame frame) {}

                    @Override
                    public void onClose(String why) {}
                });
    }
}
