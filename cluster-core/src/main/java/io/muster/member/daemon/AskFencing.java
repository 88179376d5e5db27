package io.muster.member.daemon;

import io.muster.control.Answer;
import io.muster.control.AsyncControlClient;
import io.muster.control.Frame;
import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.machine.Machine;
import io.muster.wire.Output;
import java.io.IOException;
import java.util.function.Consumer;

/// What those that stand on fencing ask fenced of their own node: whether this run of the node has
/// completed the fence domain. Until then an agent may be at work for a former run of it, and would hit
/// what is started now. Once it has, no such agent can come any more.
///
/// Thread: the loop.
public final class AskFencing {
    /// The request on `fenced.sock`: this run of the node. Done is a yes.
    public static final int COMPLETE = 64;

    /// What fenced has done and knows, as text; as in `fence_tool dump`.
    public static final int DUMP = 4;

    private static final long ANSWER_MS = 2_000;

    private AskFencing() {}

    /// Asks once.
    ///
    /// @param then whether it has; no fenced, or none that answers, is a no
    static void complete(Machine machine, Layout layout, Node self, Consumer<Boolean> then) {
        AsyncControlClient.connect(
                machine.sockets(), machine.loop(), layout.socket("fenced"), new AsyncControlClient.Listener() {
                    @Override
                    public void onOpen(AsyncControlClient client) {
                        byte[] run = new Output().node(self).toBytes();
                        client.ask(COMPLETE, CauseId.NONE, run, ANSWER_MS, answer -> {
                            then.accept(yes(answer));
                            client.close();
                        });
                    }

                    @Override
                    public void onUnreachable(IOException why) {
                        then.accept(false);
                    }

                    @Override
                    public void onFrame(Frame frame) {}

                    @Override
                    public void onClose(String why) {}
                });
    }

    private static boolean yes(AsyncControlClient.Outcome answer) {
        try {
            return answer instanceof AsyncControlClient.Outcome.Got(Frame frame)
                    && Answer.decode(frame).done();
        } catch (MalformedMessage e) {
            return false;
        }
    }
}
