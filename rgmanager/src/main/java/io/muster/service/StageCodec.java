package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Octets of a [Stage] in the replicated snapshot, big-endian: u8 which, then the fields in the order
/// of the record.
///
/// | u8 | stage | u8 | purpose of a stop |
/// |---|---|---|---|
/// | 1 | stopped | 1 | stop |
/// | 2 | placing | 2 | disable |
/// | 3 | starting | 3 | disable anyway |
/// | 4 | started | 4 | move, u32 target |
/// | 5 | stopping | 5 | restart |
/// | 6 | recoverable | 6 | place |
/// | 7 | recovering | 7 | remove |
/// | 8 | failed | | |
/// | 9 | disabled | | |
///
/// A search: u32 target, bool in place, u32 origin, bool restart, list of u32 tried. A request: u32
/// asker, u64 id, u8 kind, u32 target.
final class StageCodec {
    private static final int MAX = 4096;
    private static final int MAX_INT = Integer.MAX_VALUE;

    private StageCodec() {}

    static void encode(Output out, Stage stage) {
        switch (stage) {
            case Stage.Stopped s -> nodes(out.u8(1), s.holders()).bool(s.parked());
            case Stage.Placing s -> request(search(nodes(out.u8(2), s.holders()), s.search()), s.request());
            case Stage.Starting s -> request(search(owned(out.u8(3), s).string(s.digest()), s.search()), s.request());
            case Stage.Started s ->
                request(
                        owned(out.u8(4), s)
                                .string(s.digest())
                                .optional(
                                        s.change(),
                                        (o, change) -> o.string(change.digest()).oneOf(change.phase())),
                        s.request());
            case Stage.Stopping s -> {
                nodes(owned(out.u8(5), s), s.others());
                purpose(out, s.purpose());
                request(out, s.request());
            }
            case Stage.Recoverable s ->
                request(owned(out.u8(6), s).optional(s.failed(), StageCodec::search), s.request());
            case Stage.Recovering s -> request(search(out.u8(7), s.search()), s.request());
            case Stage.Failed s -> nodes(out.u8(8), s.holders());
            case Stage.Disabled s -> nodes(out.u8(9), s.holders());
        }
    }

    static Stage decode(Input in) throws MalformedMessage {
        int which = in.u8();
        return switch (which) {
            case 1 -> new Stage.Stopped(nodes(in), in.bool());
            case 2 -> new Stage.Placing(nodes(in), search(in), request(in));
            case 3 -> new Stage.Starting(in.node(), in.u64(), in.string(), search(in), request(in));
            case 4 ->
                new Stage.Started(
                        in.node(),
                        in.u64(),
                        in.string(),
                        in.optional(i -> new Stage.Change(i.string(), i.oneOf(Stage.Change.Phase.class))),
                        request(in));
            case 5 -> {
                Node run = in.node();
                long generation = in.u64();
                yield new Stage.Stopping(run, nodes(in), generation, purpose(in), request(in));
            }
            case 6 -> new Stage.Recoverable(in.node(), in.u64(), in.optional(StageCodec::search), request(in));
            case 7 -> new Stage.Recovering(search(in), request(in));
            case 8 -> new Stage.Failed(nodes(in));
            case 9 -> new Stage.Disabled(nodes(in));
            default -> throw new MalformedMessage("stage of a service " + which);
        };
    }

    private static Output owned(Output out, Stage.Owned stage) {
        return out.node(stage.run()).u64(stage.generation());
    }

    private static Output nodes(Output out, SortedSet<Node> nodes) {
        return out.list(nodes, Output::node);
    }

    private static SortedSet<Node> nodes(Input in) throws MalformedMessage {
        return new TreeSet<>(in.list(MAX, Input::node));
    }

    private static void purpose(Output out, Purpose purpose) {
        switch (purpose) {
            case Purpose.Stop() -> out.u8(1);
            case Purpose.Disable() -> out.u8(2);
            case Purpose.DisableAnyway() -> out.u8(3);
            case Purpose.Move(int target) -> out.u8(4).u32(target);
            case Purpose.Restart() -> out.u8(5);
            case Purpose.Place() -> out.u8(6);
            case Purpose.Remove() -> out.u8(7);
        }
    }

    private static Purpose purpose(Input in) throws MalformedMessage {
        int which = in.u8();
        return switch (which) {
            case 1 -> new Purpose.Stop();
            case 2 -> new Purpose.Disable();
            case 3 -> new Purpose.DisableAnyway();
            case 4 -> new Purpose.Move(in.u32(MAX_INT));
            case 5 -> new Purpose.Restart();
            case 6 -> new Purpose.Place();
            case 7 -> new Purpose.Remove();
            default -> throw new MalformedMessage("purpose of a stop " + which);
        };
    }

    private static Output search(Output out, Search search) {
        out.u32(search.target()).bool(search.inPlace()).u32(search.origin()).bool(search.restart());
        return out.list(search.tried(), (o, nodeid) -> o.u32(nodeid));
    }

    private static Search search(Input in) throws MalformedMessage {
        return new Search(
                in.u32(MAX_INT),
                in.bool(),
                in.u32(MAX_INT),
                in.bool(),
                new TreeSet<>(in.list(MAX, i -> i.u32(MAX_INT))));
    }

    private static void request(Output out, Optional<Request> request) {
        out.optional(request, StageCodec::request);
    }

    static void request(Output out, Request request) {
        out.u32(request.asker()).u64(request.id()).oneOf(request.kind()).u32(request.target());
    }

    private static Optional<Request> request(Input in) throws MalformedMessage {
        return in.optional(StageCodec::readRequest);
    }

    static Request readRequest(Input in) throws MalformedMessage {
        return new Request(in.u32(MAX_INT), in.u64(), in.oneOf(RequestKind.class), in.u32(MAX_INT));
    }
}
