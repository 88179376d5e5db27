package io.muster.lvs;

import io.muster.control.Answer;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// [LvsdStatus] and [LvsdAnswer] on lvsd's control socket: components in their order, numbers of 64
/// bits except weights, texts with length, lists with count. The first octet is the version.
///
/// | frame | asks | answer |
/// |---|---|---|
/// | [#STATUS] | nothing | a status |
/// | [#DRAIN] | server, virtual server or "", deadline in ms or 0 | the places meant |
/// | [#UNDRAIN] | server, virtual server or "" | the same |
/// | [#METRICS] | nothing | OpenMetrics text, without version |
///
/// All answers are [Answer]s with that for a body; a no is [#REFUSED], has text and no body.
public final class LvsdStatusCodec {
    public static final int STATUS = 1;
    public static final int DRAIN = 2;
    public static final int UNDRAIN = 3;
    public static final int METRICS = 4;

    /// The code of an answer that says no; its text says why.
    public static final int REFUSED = 1;

    private static final int VERSION = 3;
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
        return out.list(
                        status.refusals(),
                        (o, refusal) -> o.string(refusal.entry())
                                .string(refusal.reason())
                                .u64(refusal.sinceMs())
                                .u64(refusal.times()))
                .list(status.virtuals(), LvsdStatusCodec::virtual)
                .toBytes();
    }

    private static void virtual(Output out, LvsdStatus.Virtual virtual) {
        out.string(virtual.name())
                .string(virtual.service())
                .string(virtual.scheduler())
                .string(virtual.flags())
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
                .i32(server.upper())
                .i32(server.lower())
                .u64(server.active())
                .u64(server.inactive())
                .u64(server.persistent())
                .u64(server.checks())
                .u64(server.failures())
                .string(server.checkedAt());
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
        List<LvsdStatus.Refusal> refusals =
                in.list(MOST, i -> new LvsdStatus.Refusal(i.string(), i.string(), i.u64(), i.u64()));
        List<LvsdStatus.Virtual> virtuals = in.list(MOST, LvsdStatusCodec::virtual);
        in.end();
        return new LvsdStatus(now, started, ready, problem, foreign, counters, refusals, virtuals);
    }

    private static LvsdStatus.Virtual virtual(Input in) throws MalformedMessage {
        return new LvsdStatus.Virtual(
                in.string(),
                in.string(),
                in.string(),
                in.string(),
                in.u32(Integer.MAX_VALUE),
                in.bool(),
                in.string(),
                in.bool(),
                in.list(MOST, LvsdStatusCodec::server));
    }

    /// @param deadlineMs 0 for none
    public static Output drain(String server, String service, long deadlineMs) {
        return new Output(64).string(server).string(service).u64(deadlineMs);
    }

    public static Output undrain(String server, String service) {
        return new Output(64).string(server).string(service);
    }

    public static LvsdStatus status(Answer answer) throws MalformedMessage {
        return decode(answer.body());
    }

    public static Answer metrics(String text) {
        return Answer.of(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String metrics(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    /// What a drain or an undrain is answered.
    public static Answer answer(LvsdAnswer said) {
        String text = String.join("\n", said.lines());
        if (!said.good()) {
            return Answer.of(REFUSED, text);
        }
        Output body = new Output(256)
                .u8(VERSION)
                .list(said.places(), (out, place) -> out.string(place.service()).string(place.server()));
        return new Answer(0, text, body.toBytes());
    }

    /// The same, read.
    public static LvsdAnswer answer(Answer answer) throws MalformedMessage {
        List<String> lines =
                answer.text().isEmpty() ? List.of() : List.of(answer.text().split("\n", -1));
        if (!answer.done()) {
            return new LvsdAnswer(false, List.of(), lines);
        }
        var in = new Input(answer.body());
        if (in.u8() != VERSION) {
            throw new MalformedMessage("answer of another version of lvsd");
        }
        var said = new LvsdAnswer(
                true, in.list(MOST, place -> new LvsdAnswer.Place(place.string(), place.string())), lines);
        in.end();
        return said;
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
                in.i32(),
                in.i32(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.u64(),
                in.string(),
                in.optional(i -> new Drain(i.oneOf(Drain.By.class), i.u64(), i.u64(), i.u64())));
    }
}
