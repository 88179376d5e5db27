package io.muster.fence.daemon;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.fence.FencePath;
import io.muster.wire.Input;
import io.muster.wire.Output;

/// Requests on `fenced.sock` and their answers. Every request gets one answer.
///
/// | type | request | payload | answer |
/// |---|---|---|---|
/// | 1 | join the domain | | done |
/// | 2 | leave it | | done |
/// | 3 | report | | report |
/// | 4 | dump | | text |
/// | 5 | an operator vouches for a victim | node | done once the log has it |
/// | 6 | a run was fenced from outside | node, text agent | done |
/// | 7 | everything left behind by earlier runs of this node is stopped | | done |
/// | 8 | a fence path was tried | path, u8 ok, text agent | done |
///
/// Answers: 100 done, 101 refused (text: why), 102 report, 103 text (u32 length and octets).
public final class FenceProtocol {
    public static final int JOIN = 1;
    public static final int LEAVE = 2;
    public static final int REPORT = 3;
    public static final int DUMP = 4;
    public static final int ACKNOWLEDGE = 5;
    public static final int FENCED_OUTSIDE = 6;
    public static final int SERVICES_STOPPED = 7;
    public static final int TRIED = 8;

    public static final int DONE = 100;
    public static final int REFUSED = 101;
    public static final int REPORTED = 102;
    public static final int TEXT = 103;

    private FenceProtocol() {}

    /// A run fenced from outside and by which agent.
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

    static byte[] node(Node node) {
        return new Output().node(node).toBytes();
    }

    static byte[] outside(Node node, String agent) {
        return new Output().node(node).string(agent).toBytes();
    }

    static byte[] tried(FencePath path, boolean ok, String agent) {
        return new Output()
                .u32(path.nodeid())
                .string(path.method())
                .string(path.device())
                .bool(ok)
                .string(agent)
                .toBytes();
    }
}
