package io.muster.ccs;

import io.muster.ccs.Choice.Elected;
import io.muster.ccs.Choice.InForce;
import io.muster.ccs.Choice.Probation;
import io.muster.ccs.Choice.Spreading;
import io.muster.ccs.Choice.Unelected;
import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.member.Standing;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// The replicated state of ccsd on its way to a joiner, big-endian: u8 version, [Standing], [MemberNames], the choice,
/// u64 last attempt, version announced; lists of reports (node, [OnDisk]), troubles (node, text) and
/// outcomes (node, u64 request, bool done, text).
///
/// | choice | u8 | then |
/// |---|---|---|
/// | Unelected | 0 | |
/// | Elected | 1 | version |
/// | Spreading | 2 | pending |
/// | InForce | 3 | document, u64 attempt, optional update, optional probation |
///
/// An update is a pending, optional node and u64 request, and u32 seconds; a probation a document and
/// u32 seconds. A pending is a u64 attempt, a document and a list of u32 nodeids; a document a u32
/// length and its octets.
final class CcsStateCodec {
    static final int VERSION = 3;

    private static final int MAX_NODES = 4096;

    private CcsStateCodec() {}

    static byte[] encode(CcsState state) {
        Output out = new Output(256).u8(VERSION);
        state.standing().encode(out);
        state.names().encode(out);
        choice(out, state.choice());
        out.u64(state.attempt());
        OnDisk.encode(out, state.announced());
        out.list(state.reports().entrySet(), (o, entry) -> entry.getValue().encode(o.node(entry.getKey())));
        out.list(
                state.troubles().entrySet(),
                (o, entry) -> o.node(entry.getKey()).string(entry.getValue()));
        out.list(
                state.outcomes(),
                (o, end) ->
                        o.node(end.from()).u64(end.request()).bool(end.done()).string(end.text()));
        return out.toBytes();
    }

    private static void choice(Output out, Choice choice) {
        switch (choice) {
            case Unelected _ -> out.u8(0);
            case Elected(ConfigVersion version) -> OnDisk.encode(out.u8(1), version);
            case Spreading(Pending first) -> pending(out.u8(2), first);
            case InForce now -> {
                document(out.u8(3), now.document());
                out.u64(now.attempt());
                out.optional(now.update(), CcsStateCodec::update);
                out.optional(
                        now.probation(),
                        (o, trial) -> document(o, trial.before()).u32(trial.sec()));
            }
        }
    }

    private static void update(Output out, Update update) {
        pending(out, update.pending());
        out.optional(update.asked(), (o, asked) -> o.node(asked.from()).u64(asked.request()));
        out.u32(update.probationSec());
    }

    private static void pending(Output out, Pending pending) {
        document(out.u64(pending.attempt()), pending.document());
        out.list(pending.onDisk(), (o, nodeid) -> o.u32(nodeid));
    }

    private static Output document(Output out, Document document) {
        return out.bytes(document.octets());
    }

    /// @throws MalformedMessage also for a state that can't be
    static CcsState decode(byte[] octets) throws MalformedMessage {
        Input in = new Input(octets);
        int version = in.u8();
        if (version != VERSION) {
            throw new MalformedMessage("ccs state of version " + version + ", this ccsd has version " + VERSION);
        }
        Standing standing = Standing.decode(in);
        MemberNames names = MemberNames.decode(in);
        Choice choice = choice(in);
        long attempt = in.u64();
        ConfigVersion announced = OnDisk.version(in);
        SortedMap<Node, OnDisk> reports = new TreeMap<>();
        for (Map.Entry<Node, OnDisk> entry : in.list(MAX_NODES, i -> Map.entry(i.node(), OnDisk.decode(i)))) {
            reports.put(entry.getKey(), entry.getValue());
        }
        SortedMap<Node, String> troubles = new TreeMap<>();
        for (Map.Entry<Node, String> entry : in.list(MAX_NODES, i -> Map.entry(i.node(), i.string()))) {
            troubles.put(entry.getKey(), entry.getValue());
        }
        List<Outcome> outcomes = new ArrayList<>(
                in.list(CcsState.MAX_OUTCOMES, i -> new Outcome(i.node(), i.u64(), i.bool(), i.string())));
        in.end();
        return new CcsState(standing, names, choice, attempt, announced, reports, troubles, outcomes);
    }

    private static Choice choice(Input in) throws MalformedMessage {
        int kind = in.u8();
        return switch (kind) {
            case 0 -> new Unelected();
            case 1 -> new Elected(OnDisk.version(in));
            case 2 -> new Spreading(pending(in));
            case 3 -> inForce(in);
            default -> throw new MalformedMessage("ccs state with choice " + kind);
        };
    }

    private static InForce inForce(Input in) throws MalformedMessage {
        try {
            return new InForce(
                    document(in),
                    in.u64(),
                    in.optional(CcsStateCodec::update),
                    in.optional(i -> new Probation(document(i), i.u32(Integer.MAX_VALUE))));
        } catch (IllegalArgumentException e) {
            throw new MalformedMessage("ccs state with " + e.getMessage());
        }
    }

    private static Update update(Input in) throws MalformedMessage {
        return new Update(
                pending(in), in.optional(i -> new Update.Asked(i.node(), i.u64())), in.u32(Integer.MAX_VALUE));
    }

    private static Pending pending(Input in) throws MalformedMessage {
        return new Pending(in.u64(), document(in), new TreeSet<>(in.list(MAX_NODES, i -> i.u32(Integer.MAX_VALUE))));
    }

    private static Document document(Input in) throws MalformedMessage {
        return Document.of(in.bytes(ConfigReader.MAX_BYTES))
                .orElseThrow(() -> new MalformedMessage("ccs state with a document that isn't valid"));
    }
}
