package io.muster.membership;

import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.group.GroupEntry;
import io.muster.totem.Fragments;
import java.util.List;

/// What a flight record of cman holds: every event of the ring and of cman above it, datagrams whole,
/// as they come out of the transport. Keys and what is encrypted lie below and can't be in it.
///
/// Under load - the ring carries more than [#LIMITS] allow - single datagrams are left out until it is
/// calm again or something happens that an operator would want to know of.
///
/// Thread: the loop.
public final class CmanRecord implements Recordable<NodeEvent, NodeEffect> {
    public static final String NAME = "cman";

    /// An idle ring writes some kilobytes a second: hours. With 200 kB a second it is three minutes.
    public static final FlightRecorder.Limits LIMITS =
            new FlightRecorder.Limits(8, 4 << 20, 8 << 20, 256, true, 200_000);

    private final CmanNode core;
    private final RecordCodec codec = newCodec();

    public CmanRecord(CmanNode core) {
        this.core = core;
    }

    /// For a record, or a replay of one.
    public static RecordCodec newCodec() {
        return new RecordCodec(NodeEvent.class, NodeEffect.class, GroupEntry.class, CmanNode.Image.class)
                .showing(Fragments::shown);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Record image() {
        return core.image();
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    /// A configuration with passwords, or one that came in pieces, isn't in the record as it was; nor is
    /// one that cman has had from the beginning.
    @Override
    public boolean decidable(NodeEvent event, List<NodeEffect> effects) {
        for (NodeEffect effect : effects) {
            boolean said = effect instanceof NodeEffect.OfCman(CmanEffect.Entry entry)
                    && entry.entry() instanceof GroupEntry.Config;
            boolean taken = effect instanceof NodeEffect.OfCman(CmanEffect.Configured _);
            if (said || taken && event instanceof NodeEvent.OfRing) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean notable(NodeEvent event, List<NodeEffect> effects) {
        for (NodeEffect effect : effects) {
            boolean routine = switch (effect) {
                case NodeEffect.Send _ -> true;
                case NodeEffect.RingChanged _ -> false;
                case NodeEffect.OfCman(CmanEffect.Entry entry) ->
                    entry.entry() instanceof GroupEntry.Message || entry.entry() instanceof GroupEntry.Recovered;
                case NodeEffect.OfCman(CmanEffect.Fresh _), NodeEffect.OfCman(CmanEffect.Answer _) -> true;
                case NodeEffect.OfCman _ -> false;
            };
            if (!routine) {
                return true;
            }
        }
        return false;
    }
}
