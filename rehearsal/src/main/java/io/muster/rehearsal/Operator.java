package io.muster.rehearsal;

import io.muster.ccs.CcsFrames;
import io.muster.control.Answer;
import io.muster.control.AsyncControlClient;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.model.ModelNode;
import io.muster.service.RequestKind;
import io.muster.service.ResultCode;
import io.muster.service.daemon.ServiceFrames;
import io.muster.simulator.SimMachine;
import java.io.IOException;
import java.util.function.Consumer;

/// Somebody who types commands: each a process of its own that asks a daemon over its control socket,
/// prints and ends.
final class Operator {
    /// A command's patience.
    private static final long PATIENCE_MS = 60_000;

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

    void update(ModelNode node, byte[] document) {
        byte[] request = CcsFrames.update(document, 0).toBytes();
        ask(
                node,
                "ccsd",
                CcsFrames.UPDATE,
                request,
                answer -> node.say("ccs_tool update: " + (answer.done() ? "done" : answer.text())));
    }

    private void ask(ModelNode node, String daemon, int type, byte[] request, Consumer<Answer> then) {
        if (!node.machine().up()) {
            return;
        }
        var process = new SimMachine(
                site.model().simulation(),
                node.machine(),
                "command",
                node.files(),
                execution -> execution.end(127, ""));
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
