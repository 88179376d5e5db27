package io.muster.fence.daemon;

import io.muster.control.Answer;
import io.muster.control.CommandClient;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.fence.DomainReport;
import io.muster.fence.FencePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A command's conversation with fenced: blocking, every call bounded.
///
/// Errors: `NotRunningException` when fenced isn't there, [Refused] when it says no, other `IOException`s when the
/// conversation breaks.
public final class FenceClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final CommandClient control;

    private FenceClient(CommandClient control) {
        this.control = control;
    }

    /// fenced has said no; the message is why.
    public static final class Refused extends IOException {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }

    public static FenceClient connect(Layout layout) throws IOException {
        return new FenceClient(CommandClient.connect(layout.socket("fenced"), TIMEOUT));
    }

    public void join() throws IOException {
        ask(FenceProtocol.JOIN, new byte[0]);
    }

    public void leave() throws IOException {
        ask(FenceProtocol.LEAVE, new byte[0]);
    }

    public DomainReport report() throws IOException {
        try {
            return DomainReport.decode(ask(FenceProtocol.REPORT, new byte[0]).body());
        } catch (MalformedMessage e) {
            throw new IOException(e);
        }
    }

    public String dump() throws IOException {
        return new String(ask(FenceProtocol.DUMP, new byte[0]).body(), StandardCharsets.UTF_8);
    }

    /// Vouches for a victim; returns once every node knows.
    public void acknowledge(Node victim) throws IOException {
        ask(FenceProtocol.ACKNOWLEDGE, FenceProtocol.node(victim));
    }

    /// Says that an agent outside the domain has fenced that run.
    public void fencedOutside(Node node, String agent) throws IOException {
        ask(FenceProtocol.FENCED_OUTSIDE, FenceProtocol.outside(node, agent));
    }

    /// Says that stop-before-start has succeeded for everything on this node: the resource manager's word.
    public void servicesStopped() throws IOException {
        ask(FenceProtocol.SERVICES_STOPPED, new byte[0]);
    }

    /// Says how a status test of a path went.
    public void tried(FencePath path, boolean ok, String agent) throws IOException {
        ask(FenceProtocol.TRIED, FenceProtocol.tried(path, ok, agent));
    }

    private Answer ask(int type, byte[] payload) throws IOException {
        Answer answer = control.ask(type, payload);
        if (!answer.done()) {
            throw new Refused(answer.text());
        }
        return answer;
    }

    @Override
    public void close() {
        control.close();
    }
}
