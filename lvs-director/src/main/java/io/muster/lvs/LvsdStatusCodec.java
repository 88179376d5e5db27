package io.muster.lvs;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.List;

/// [LvsdStatus] and [LvsdAnswer] on lvsd's control socket: components in their order, numbers of 64 bits except
/// weights, texts with length, lists with count. The first octet is the version.
///
/// | frame | asks | answer |
/// |---|---|---|
/// | [#STATUS] | nothing | [#STATUS] with a status |
/// | [#DRAIN] | server, virtual server or "", deadline in ms or 0 | [#ANSWER] with an answer |
/// | [#UNDRAIN] | server, virtual server or "" | the same |
/// | [#METRICS] | nothing | [#METRICS] with OpenMetrics text |
public final class LvsdStatusCodec {
    public static final int STATUS = 1;
    public static final int DRAIN = 2;
    public static final int UNDRAIN = 3;
    public static final int METRICS = 4;
    public static final int ANSWER = 10;

    private static final int VERSION = 1;
    private static final int MOST = 100_000;

    private LvsdStatusCodec() {}

    public static byte[] encode(LvsdStatus status) {
        var out = new Output(4096);
        out.u8(VERSION)
                .u64(status.nowMs())
                .u64(status.startedMs())
                .bool(status.ready())
                .string(status.tableProblem())
                .u32(status.foreign());
        Counters c = status.counters();
        for (long count : new long[] {
            c.drift(),
            c.applies(),
            c.operations(),
            c.refused(),
            c.reads(),
            c.cheapReads(),
            c.readFailures(),
            c.applyMs(),
            c.lastApplyMs(),
            c.checks(),
            c.checksFailed(),
            c.reloads()
        }) {
            out.u64(count);
        }
        return out.list(status.virtuals(), LvsdStatusCodec::virtual).toBytes();
    }

    private static void virtual(Output out, LvsdStatus.Virtual virtual) {
        out.string(virtual.name())
                .string(virtual.service())
                .string(virtual.scheduler())
                .u32(virtual.persistentS())
                .bool(virtual.present())
                .string(virtual.sorry())
                .bool(virtual.sorryActive())
                .list(virtual.servers(), LvsdStatusCodec::server);
    }

    private static void server(Output out, LvsdStatus.Server server) {
        out.string(server.name())
                .string(server.address())
                .bool(server.up())
                .bool(server.known())
                .u64(server.sinceMs())
                .string(server.detail())
                .i32(server.configuredWeight())
                .i32(server.wantedWeight())
                .i32(server.actualWeight())
                .u64(server.active())
                .u64(server.inactive())
                .u64(server.persistent())
                .u64(server.checks())
                .u64(server.failures());
        out.optional(
                server.drain(),
                (o, drain) -> o.oneOf(drain.by())
                        .u64(drain.sinceMs())
                        .u64(drain.deadlineMs())
                        .u64(drain.cut()));
    }

    public static LvsdStatus decode(byte[] octets) throws MalformedMessage {
        var in = new Input(octets);
        if (in.u8() != VERSION) {
            throw new MalformedMessage("status of another version of lvsd");
        }
        long now = in.u64();
        long started = in.u64();
        boolean ready = in.bool();
        String problem = in.string();
        int foreign = in.u32(Integer.MAX_VALUE);
        var counters = new Counters(
                in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(), in.u64(),
                in.u64(), in.u64());
        List<LvsdStatus.Virtual> virtuals = in.list(MOST, LvsdStatusCodec::virtual);
        in.end();
        return new LvsdStatus(now, started, ready, problem, foreign, counters, virtuals);
    }

    private static LvsdStatus.Virtual virtual(Input in) throws MalformedMessage {
        return new LvsdStatus.Virtual(
                in.string(),
                in.string(),
                in.string(),
                in.u32(Integer.MAX_VALUE),
                in.bool(),
                in.string(),
                in.bool(),
                in.list(MOST, LvsdStatusCodec::server));
    }

    public static byte[] encode(LvsdAnswer answer) {
        return new Output(256)
                .u8(VERSION)
                .bool(answer.good())
                .list(
                        answer.places(),
                        (out, place) -> out.string(place.service()).string(place.server()))
                .list(answer.lines(), Output::string)
                .toBytes();
    }

    public static LvsdAnswer decodeAnswer(byte[] octets) throws MalformedMessage {
        var in = new Input(octets);
        if (in.u8() != VERSION) {
            throw new MalformedMessage("answer of another version of lvsd");
        }
        var answer = new LvsdAnswer(
                in.bool(),
                in.list(MOST, place -> new LvsdAnswer.Place(place.string(), place.string())),
                in.list(MOST, Input::string));
        in.end();
        return answer;
    }

    private static LvsdStatus.Server server(Input in) throws MalformedMessage {
        return new LvsdStatus.Server(
                in.string(),
                in.string(),
                in.bool(),
                in.bool(),
                in.u64(),
                in.string(),
                in.i32(),
                in.i32(),
                in.i32(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.optional(i -> new Drain(i.oneOf(Drain.By.class), i.u64(), i.u64(), i.u64())));
    }
}
