package io.muster.lvs;

import io.muster.core.MalformedMessage;
import io.muster.ipvs.IpAddress;
import io.muster.ipvs.ServiceId;
import io.muster.nanny.CheckResult;
import io.muster.nanny.Target;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// Steps of the reconciler that changed nothing, in a few octets each. The first number of each step is the
/// milliseconds since the one before it, times eight, plus its kind; numbers are in groups of seven bits, the lowest
/// first:
///
/// | kind | | what follows |
/// |---|---|---|
/// | 0 | a tick | |
/// | 1 | a check that ended as the one before it | number of the target, its ticket less the last one's (zigzag) |
/// | 2 | one that ended otherwise | the same; outcome, detail, load |
/// | 3 | a target's first | the same; the target |
/// | 4 | the fingerprint is as before | request |
/// | 5 | the table is as before | request |
/// | 6 | somebody asks for a look | client |
///
/// Both sides keep a list of targets and of how their last check ended, and begin it anew with each segment of the
/// record. Thread: the owner's.
final class QuietSteps {
    /// What a quiet step was.
    enum Kind {
        TICK("ticks"),
        AS_BEFORE("checks that ended as before"),
        OTHERWISE("checks that ended otherwise"),
        FIRST("first checks"),
        FINGERPRINT("fingerprints as before"),
        TABLE("tables as before"),
        REFRESH("requests for a look");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private static final int BITS = 3;
    private static final Kind[] KINDS = Kind.values();

    /// How a target's last check ended that is in the record.
    private record Known(int number, CheckResult.Outcome outcome, String detail, double load) {
        boolean as(CheckResult result) {
            return outcome == result.outcome()
                    && Double.compare(load, result.load()) == 0
                    && detail.equals(result.detail());
        }
    }

    private final Map<Target, Known> known = new HashMap<>();
    private final List<Target> targets = new ArrayList<>();
    private long lastTicket;

    /// A new segment begins.
    void clear() {
        known.clear();
        targets.clear();
        lastTicket = 0;
    }

    void tick(Output out, long sinceMs) {
        begin(out, Kind.TICK, sinceMs);
    }

    void number(Output out, Kind kind, long sinceMs, long number) {
        begin(out, kind, sinceMs);
        varint(out, number);
    }

    void checked(Output out, long sinceMs, LvsdEvent.Checked event) {
        CheckResult result = event.result();
        Known before = known.get(event.target());
        Kind kind = before == null ? Kind.FIRST : before.as(result) ? Kind.AS_BEFORE : Kind.OTHERWISE;
        begin(out, kind, sinceMs);
        int number = before == null ? targets.size() : before.number;
        varint(out, number);
        long ticket = event.ticket() - lastTicket;
        lastTicket = event.ticket();
        varint(out, ticket << 1 ^ ticket >> 63);
        if (kind == Kind.AS_BEFORE) {
            return;
        }
        known.put(event.target(), new Known(number, result.outcome(), result.detail(), result.load()));
        out.oneOf(result.outcome()).string(result.detail()).u64(Double.doubleToRawLongBits(result.load()));
        if (kind == Kind.FIRST) {
            targets.add(event.target());
            write(out, event.target());
        }
    }

    private static void begin(Output out, Kind kind, long sinceMs) {
        varint(out, sinceMs << BITS | kind.ordinal());
    }

    /// What becomes of quiet steps when they are read.
    interface Reader {
        void event(LvsdEvent event, long nowMs);

        /// The table or its fingerprint is as it was.
        void asBefore(Kind kind, long request, long nowMs);
    }

    /// @param nowMs time of the first
    void read(byte[] steps, long nowMs, Reader to) throws MalformedMessage {
        var in = new Input(steps);
        long now = nowMs;
        while (in.remaining() > 0) {
            Raw raw = Raw.read(in);
            now += raw.sinceMs;
            switch (raw.kind) {
                case TICK -> to.event(new LvsdEvent.Tick(), now);
                case AS_BEFORE, OTHERWISE, FIRST -> to.event(checked(raw), now);
                case FINGERPRINT, TABLE -> to.asBefore(raw.kind, raw.number, now);
                case REFRESH -> to.event(new LvsdEvent.Refresh(raw.number), now);
            }
        }
    }

    private LvsdEvent checked(Raw raw) throws MalformedMessage {
        lastTicket += raw.ticket;
        int number = (int) raw.number;
        Target first = raw.target;
        if (first != null) {
            targets.add(first);
        }
        if (raw.number != number || number < 0 || number >= targets.size()) {
            throw new MalformedMessage("no target " + raw.number);
        }
        Target target = targets.get(number);
        CheckResult told = raw.result;
        if (told != null) {
            known.put(target, new Known(number, told.outcome(), told.detail(), told.load()));
        }
        Known result = known.get(target);
        if (result == null) {
            throw new MalformedMessage("no check of target " + number);
        }
        return new LvsdEvent.Checked(
                target, lastTicket, new CheckResult(result.outcome, result.detail, 0, result.load));
    }

    /// A step as it stands there.
    private record Raw(
            Kind kind,
            long sinceMs,
            long number,
            long ticket,
            @Nullable CheckResult result,
            @Nullable Target target) {
        static Raw read(Input in) throws MalformedMessage {
            long first = varint(in);
            int ordinal = (int) (first & (1 << BITS) - 1);
            if (ordinal >= KINDS.length) {
                throw new MalformedMessage("quiet step of kind " + ordinal);
            }
            Kind kind = KINDS[ordinal];
            long number = kind == Kind.TICK ? 0 : varint(in);
            boolean check = kind == Kind.AS_BEFORE || kind == Kind.OTHERWISE || kind == Kind.FIRST;
            long zigzag = check ? varint(in) : 0;
            return new Raw(
                    kind,
                    first >>> BITS,
                    number,
                    zigzag >>> 1 ^ -(zigzag & 1),
                    check && kind != Kind.AS_BEFORE ? result(in) : null,
                    kind == Kind.FIRST ? readTarget(in) : null);
        }

        private static CheckResult result(Input in) throws MalformedMessage {
            var outcome = in.oneOf(CheckResult.Outcome.class);
            return new CheckResult(outcome, in.string(), 0, Double.longBitsToDouble(in.u64()));
        }
    }

    /// `212 ticks, 200 checks that ended as before`: what they were.
    static String words(byte[] steps) {
        var counts = new EnumMap<Kind, Integer>(Kind.class);
        try {
            for (var in = new Input(steps); in.remaining() > 0; ) {
                counts.merge(Raw.read(in).kind, 1, Integer::sum);
            }
        } catch (MalformedMessage e) {
            return "damaged steps: " + e.getMessage();
        }
        var words = new StringJoiner(", ");
        counts.forEach((kind, count) -> words.add(count + " " + kind.words));
        return words.toString();
    }

    private static void write(Output out, Target target) {
        ServiceId service = target.service();
        out.u8(service.protocol());
        write(out, service.address());
        out.u32(service.port()).i32(service.fwmark());
        write(out, target.address());
        out.u32(target.port());
    }

    private static Target readTarget(Input in) throws MalformedMessage {
        var service = new ServiceId(in.u8(), address(in), in.u32(0xffff), in.i32());
        return new Target(service, address(in), in.u32(0xffff));
    }

    private static void write(Output out, IpAddress address) {
        out.bool(address.v6()).u64(address.high()).u64(address.low());
    }

    private static IpAddress address(Input in) throws MalformedMessage {
        return new IpAddress(in.bool(), in.u64(), in.u64());
    }

    private static void varint(Output out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.u8((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.u8((int) rest);
    }

    private static long varint(Input in) throws MalformedMessage {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int octet = in.u8();
            value |= (long) (octet & 0x7f) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new MalformedMessage("a number without end");
    }
}
