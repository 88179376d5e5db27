package io.muster.fence.daemon;

import io.muster.control.Answer;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.fence.DomainReport;
import io.muster.fence.FencePath;
import io.muster.fence.NodeFencing;
import io.muster.member.daemon.AskFencing;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Requests on `fenced.sock`. Every request gets one [io.muster.control.Answer]; its code is [#REFUSED]
/// for a no.
///
/// | type | request | payload | body of the answer |
/// |---|---|---|---|
/// | 1 | join the domain | | |
/// | 2 | leave it | | |
/// | 3 | report | | a [io.muster.fence.DomainReport] |
/// | 4 | dump | | text |
/// | 5 | an operator vouches for a victim | node | once the log has it |
/// | 6 | a run was fenced from outside | node, text device | |
/// | 7 | a fence path was tried | path, u8 ok, text agent | |
/// | 8 | a run is about to be unfenced | node | |
/// | 9 | the methods of a node of a former cluster.conf | name or nodeid | [NodeFencing] |
/// | 10 | an operator vouches that one service of a victim runs no longer | node, text | once the log has it |
/// | 64 | whether this run of this node has completed the domain ([AskFencing]) | node | |
public final class FenceProtocol {
    public static final int JOIN = 1;
    public static final int LEAVE = 2;
    public static final int REPORT = 3;
    public static final int DUMP = AskFencing.DUMP;
    public static final int ACKNOWLEDGE = 5;
    public static final int FENCED_OUTSIDE = 6;
    public static final int TRIED = 7;
    public static final int UNFENCED = 8;
    public static final int FORMER = 9;

    /// The code of an answer that says no; its text says why.
    public static final int REFUSED = 1;

    /// A command's patience: what an operator vouches for has to reach every node's log.
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private FenceProtocol() {}

    /// A run fenced from outside and by which device.
    record Outside(Node node, String agent) {
        static Outside decode(Input in) throws MalformedMessage {
            var outside = new Outside(in.node(), in.string(256));
            in.end();
            return outside;
        }
    }

    /// A path and how it went.
    record Tried(FencePath path, boolean ok, String agent) {
        static Tried decode(Input in) throws MalformedMessage {
            var path = new FencePath(in.u32(Integer.MAX_VALUE), in.string(256), in.string(256));
            var tried = new Tried(path, in.bool(), in.string(256));
            in.end();
            return tried;
        }
    }

    /// For [#ACKNOWLEDGE] and [#UNFENCED].
    public static Output node(Node node) {
        return new Output().node(node);
    }

    /// For [#FORMER].
    public static Output named(String name) {
        return new Output().string(name);
    }

    public static NodeFencing former(Answer answer) throws MalformedMessage {
        return NodeFencing.decode(new Input(answer.body()));
    }

    public static Output outside(Node node, String agent) {
        return new Output().node(node).string(agent);
    }

    public static Output tried(FencePath path, boolean ok, String agent) {
        return new Output()
                .u32(path.nodeid())
                .string(path.method())
                .string(path.device())
                .bool(ok)
                .string(agent);
    }

    public static DomainReport report(Answer answer) throws MalformedMessage {
        return DomainReport.decode(answer.body());
    }

    public static String dump(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
