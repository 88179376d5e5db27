package io.muster.fence;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;

/// Messages of the fence group. All integers big-endian; layouts of the parts as in `Output`.
///
/// | octets | field |
/// |---|---|
/// | u8 | version, 2 |
/// | u8 | type: 1 ready, 2 start, 3 claim, 4 release, 5 proven, 6 tried, 7 alive, 8 kept |
/// | | start: u32 count, u32 nodeid each |
/// | | claim, release: node (u32, 16) |
/// | | proven, alive: node, proof |
/// | | kept: u32 version, [NodeFencing] |
/// | | tried: path (u32, text, text), trial |
///
/// A proof is u8 kind, u32 nodeid, text how, u64 time; a trial u8 ok, text how, text agent, u32 nodeid,
/// u64 time.
final class FenceCodec {
    static final int VERSION = 2;

    /// More nodes than any cluster has.
    static final int MAX_NODES = 4096;

    private FenceCodec() {}

    static byte[] encode(FenceMessage message) {
        var out = new Output().u8(VERSION);
        switch (message) {
            case FenceMessage.Ready() -> out.u8(1);
            case FenceMessage.Start(var missing) -> out.u8(2).list(missing, (o, nodeid) -> o.u32(nodeid));
            case FenceMessage.Claim(var victim) -> out.u8(3).node(victim);
            case FenceMessage.Release(var victim) -> out.u8(4).node(victim);
            case FenceMessage.Proven(var victim, var proof) -> proof(out.u8(5).node(victim), proof);
            case FenceMessage.Tried(var path, var trial) -> {
                path(out.u8(6), path);
                trial(out, trial);
            }
            case FenceMessage.Kept(var former) -> former.encode(out.u8(8));
            case FenceMessage.Alive(var run, var proof) -> proof(out.u8(7).node(run), proof);
        }
        return out.toBytes();
    }

    static FenceMessage decode(byte[] payload) throws MalformedMessage {
        var in = new Input(payload);
        int version = in.u8();
        if (version != VERSION) {
            throw new MalformedMessage("fence message version " + version);
        }
        int type = in.u8();
        FenceMessage message = switch (type) {
            case 1 -> new FenceMessage.Ready();
            case 2 -> new FenceMessage.Start(in.list(MAX_NODES, i -> i.u32(Integer.MAX_VALUE)));
            case 3 -> new FenceMessage.Claim(in.node());
            case 4 -> new FenceMessage.Release(in.node());
            case 5 -> new FenceMessage.Proven(in.node(), proof(in));
            case 6 -> new FenceMessage.Tried(path(in), trial(in));
            case 7 -> new FenceMessage.Alive(in.node(), proof(in));
            case 8 -> new FenceMessage.Kept(Former.decode(in));
            default -> throw new MalformedMessage("fence message type " + type);
        };
        in.end();
        return message;
    }

    static void proof(Output out, Proof proof) {
        out.oneOf(proof.kind()).u32(proof.byNodeid()).string(proof.how()).u64(proof.wallMs());
    }

    static Proof proof(Input in) throws MalformedMessage {
        return new Proof(in.oneOf(Proof.Kind.class), in.u32(Integer.MAX_VALUE), in.string(256), in.u64());
    }

    static void path(Output out, FencePath path) {
        out.u32(path.nodeid()).string(path.method()).string(path.device());
    }

    static FencePath path(Input in) throws MalformedMessage {
        return new FencePath(in.u32(Integer.MAX_VALUE), in.string(256), in.string(256));
    }

    static void trial(Output out, FencePath.Trial trial) {
        out.bool(trial.ok())
                .string(trial.how())
                .string(trial.agent())
                .u32(trial.byNodeid())
                .u64(trial.wallMs());
    }

    static FencePath.Trial trial(Input in) throws MalformedMessage {
        return new FencePath.Trial(in.bool(), in.string(256), in.string(256), in.u32(Integer.MAX_VALUE), in.u64());
    }
}
