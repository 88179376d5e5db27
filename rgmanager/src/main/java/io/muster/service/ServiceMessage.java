package io.muster.service;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// What rgmanagers tell each other. Big-endian: version u8 = 1, type u8 (order below, from 1), `wallMs`
/// u64, then the fields in the order of the record.
public sealed interface ServiceMessage {
    /// Time of day at the sender, milliseconds since 1970.
    long wallMs();

    /// The same without the time of day: two that say the same are equal.
    default ServiceMessage undated() {
        return switch (this) {
            case Ready m -> new Ready(0, m.epoch(), m.version(), m.unclean(), m.report());
            case Outcome m -> new Outcome(0, m.service(), m.operation(), m.generation(), m.success(), m.partial());
            case Checked m -> new Checked(0, m.service(), m.generation(), m.success(), m.partial());
            case Asked m -> new Asked(0, m.id(), m.kind(), m.service(), m.target());
            case Leaving _ -> new Leaving(0);
            case Look _ -> new Look(0);
            case Agents m -> new Agents(0, m.table());
            case Unfit m -> new Unfit(0, m.version(), m.services());
        };
    }

    /// Stop-before-start, or the stop after a loss of quorum, has ended on the sender.
    ///
    /// @param epoch position since which it was asked for
    /// @param version of the configuration whose services were stopped
    /// @param unclean services whose stop failed
    record Ready(long wallMs, long epoch, int version, List<String> unclean, NodeReport report)
            implements ServiceMessage {
        public Ready {
            unclean = List.copyOf(unclean);
        }

        Ready(long wallMs, long epoch, int version, List<String> unclean) {
            this(wallMs, epoch, version, unclean, NodeReport.NONE);
        }
    }

    /// What came of an operation.
    record Outcome(long wallMs, String service, Operation operation, long generation, boolean success, boolean partial)
            implements ServiceMessage {}

    /// The service passed or failed its checks differently than before: failed, or something not
    /// critical is off or on.
    record Checked(long wallMs, String service, long generation, boolean success, boolean partial)
            implements ServiceMessage {}

    /// An operator on the sender asks.
    record Asked(long wallMs, long id, RequestKind kind, String service, int target) implements ServiceMessage {}

    /// The sender ends: its services are to go elsewhere.
    record Leaving(long wallMs) implements ServiceMessage {}

    /// Members, quorum or proofs have changed, and nothing was said since: everybody is to look at the
    /// whole.
    record Look(long wallMs) implements ServiceMessage {}

    /// The agents of the sender say something else than they did, or a device has another name: this is its table from
    /// now on.
    record Agents(long wallMs, NodeTable table) implements ServiceMessage {}

    /// What the sender can't run of a configuration, and why: they would run without a resource. Said before it says
    /// that it is ready, and whenever that changes.
    ///
    /// @param services why, by name
    record Unfit(long wallMs, int version, SortedMap<String, String> services) implements ServiceMessage {
        public Unfit {
            services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        }

        private static final int LONGEST = 65_536;

        static void encode(Output out, SortedMap<String, String> services) {
            out.list(services.entrySet(), (o, e) -> o.string(e.getKey()).string(e.getValue()));
        }

        static SortedMap<String, String> decode(Input in) throws MalformedMessage {
            var services = new TreeMap<String, String>();
            for (int left = in.u32(LONGEST); left > 0; left--) {
                services.put(in.string(), in.string());
            }
            return services;
        }
    }

    /// The octets to send.
    static byte[] encode(ServiceMessage message) {
        Output out = new Output(128);
        out.u8(1).u8(type(message)).u64(message.wallMs());
        switch (message) {
            case Ready m -> {
                out.u64(m.epoch()).u32(m.version()).list(m.unclean(), Output::string);
                m.report().encode(out);
            }
            case Outcome m ->
                out.string(m.service())
                        .oneOf(m.operation())
                        .u64(m.generation())
                        .bool(m.success())
                        .bool(m.partial());
            case Checked m ->
                out.string(m.service()).u64(m.generation()).bool(m.success()).bool(m.partial());
            case Asked m -> out.u64(m.id()).oneOf(m.kind()).string(m.service()).u32(m.target());
            case Leaving(long wallMs) -> {}
            case Look(long wallMs) -> {}
            case Agents m -> m.table().encode(out);
            case Unfit m -> Unfit.encode(out.u32(m.version()), m.services());
        }
        return out.toBytes();
    }

    private static int type(ServiceMessage message) {
        return switch (message) {
            case Ready m -> 1;
            case Outcome m -> 2;
            case Checked m -> 3;
            case Asked m -> 4;
            case Leaving m -> 5;
            case Look m -> 6;
            case Agents m -> 7;
            case Unfit m -> 8;
        };
    }

    static ServiceMessage decode(byte[] octets) throws MalformedMessage {
        Input in = new Input(octets);
        int version = in.u8();
        if (version != 1) {
            throw new MalformedMessage("message of rgmanager in version " + version);
        }
        int type = in.u8();
        long wallMs = in.u64();
        ServiceMessage message = switch (type) {
            case 1 ->
                new Ready(
                        wallMs,
                        in.u64(),
                        in.u32(Integer.MAX_VALUE),
                        in.list(65_536, Input::string),
                        NodeReport.decode(in));
            case 2 -> new Outcome(wallMs, in.string(), in.oneOf(Operation.class), in.u64(), in.bool(), in.bool());
            case 3 -> new Checked(wallMs, in.string(), in.u64(), in.bool(), in.bool());
            case 4 -> new Asked(wallMs, in.u64(), in.oneOf(RequestKind.class), in.string(), in.u32(Integer.MAX_VALUE));
            case 5 -> new Leaving(wallMs);
            case 6 -> new Look(wallMs);
            case 7 -> new Agents(wallMs, NodeTable.decode(in));
            case 8 -> new Unfit(wallMs, in.u32(Integer.MAX_VALUE), Unfit.decode(in));
            default -> throw new MalformedMessage("message of rgmanager of type " + type);
        };
        in.end();
        return message;
    }
}
