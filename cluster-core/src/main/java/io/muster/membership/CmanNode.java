package io.muster.membership;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.totem.Ring;
import io.muster.totem.RingEffect;
import io.muster.totem.RingEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// A node's ring with cman above it, as one core: what the daemon drives and the simulator drives.
///
/// Effects go from one half to the other in the order they arise, each before the next one is looked
/// at; what is left over is for the world outside.
///
/// Thread: the owner's event loop.
public final class CmanNode implements Core<NodeEvent, NodeEffect> {
    private final Core<RingEvent, RingEffect> ring;
    private final Cman cman;
    private String ringPhase = "idle";
    /// When the ring stopped turning; MAX_VALUE while it turns, and before the first.
    private long ringlessSinceMs = Long.MAX_VALUE;

    /// What is still to be handed to one of the halves.
    private sealed interface Inner {
        record Up(RingEffect effect) implements Inner {}

        record Down(RingEvent event) implements Inner {}
    }

    public CmanNode(Core<RingEvent, RingEffect> ring, Cman cman) {
        this.ring = ring;
        this.cman = cman;
    }

    /// All of it between two steps.
    public record Image(Ring.Image ring, Cman.Image cman, String ringPhase, long ringlessSinceMs) {}

    /// For a flight record. Thread: the owner's, between two steps.
    ///
    /// @throws IllegalStateException when the ring isn't a [Ring] itself but a simulation's watch over
    ///     one
    public Image image() {
        if (!(ring instanceof Ring whole)) {
            throw new IllegalStateException("a " + ring.getClass().getName() + " has no image");
        }
        return new Image(whole.image(), cman.image(), ringPhase, ringlessSinceMs);
    }

    /// The node an [#image] was taken of, from there on.
    public static CmanNode restored(Image image, CmanSettings.Reader reader) throws MalformedMessage {
        var it = new CmanNode(Ring.restored(image.ring()), Cman.restored(image.cman(), reader));
        it.ringPhase = image.ringPhase();
        it.ringlessSinceMs = image.ringlessSinceMs();
        return it;
    }

    /// For status queries.
    public Cman cman() {
        return cman;
    }

    /// The ring's present phase, as it last said.
    public String ringPhase() {
        return ringPhase;
    }

    /// What commands show. A node whose ring has not turned for longer than the token time-out isn't
    /// shown as quorate, whatever the last ring had decided: nothing can be decided now.
    public CmanStatus status(long nowMs, int tokenMs) {
        CmanStatus status = cman.status();
        return nowMs - ringlessSinceMs > tokenMs ? status.blocked() : status;
    }

    @Override
    public List<NodeEffect> on(NodeEvent event, long nowMs) {
        List<NodeEffect> out = new ArrayList<>();
        Deque<Inner> inner = new ArrayDeque<>();
        switch (event) {
            case NodeEvent.OfRing(RingEvent e) -> inner.add(new Inner.Down(e));
            case NodeEvent.OfCman(CmanEvent e) -> fromCman(cman.on(e, nowMs), inner, out);
            case NodeEvent.Stalled(long ms) -> {
                fromRing(ring.on(new RingEvent.Stalled(ms), nowMs), nowMs, inner, out);
                fromCman(cman.on(new CmanEvent.Stalled(ms), nowMs), inner, out);
            }
            case NodeEvent.Tick() -> {
                if (ring.nextDeadlineMs() <= nowMs) {
                    fromRing(ring.on(new RingEvent.Tick(), nowMs), nowMs, inner, out);
                }
                if (cman.nextDeadlineMs() <= nowMs) {
                    fromCman(cman.on(new CmanEvent.Tick(), nowMs), inner, out);
                }
            }
        }
        while (!inner.isEmpty()) {
            switch (inner.removeFirst()) {
                case Inner.Up(RingEffect effect) ->
                    fromCman(cman.on(new CmanEvent.FromRing(effect), nowMs), inner, out);
                case Inner.Down(RingEvent e) -> fromRing(ring.on(e, nowMs), nowMs, inner, out);
            }
        }
        return out;
    }

    @Override
    public long nextDeadlineMs() {
        return Math.min(ring.nextDeadlineMs(), cman.nextDeadlineMs());
    }

    private void fromRing(List<RingEffect> effects, long nowMs, Deque<Inner> inner, List<NodeEffect> out) {
        for (RingEffect effect : effects) {
            switch (effect) {
                case RingEffect.Unicast(int nodeid, byte[] datagram) ->
                    out.add(new NodeEffect.Send(List.of(nodeid), datagram));
                case RingEffect.Multicast(List<Integer> nodeids, byte[] datagram) ->
                    out.add(new NodeEffect.Send(nodeids, datagram));
                case RingEffect.StateChanged(String from, String to, String reason) -> {
                    if (Ring.turns(to)) {
                        ringlessSinceMs = Long.MAX_VALUE;
                    } else if (Ring.turns(from)) {
                        ringlessSinceMs = nowMs;
                    }
                    ringPhase = to;
                    out.add(new NodeEffect.RingChanged(from, to, reason));
                }
                case RingEffect.Deliver _,
                        RingEffect.Configuration _,
                        RingEffect.RoundCompleted _,
                        RingEffect.Sendable _,
                        RingEffect.Refused _ -> inner.add(new Inner.Up(effect));
            }
        }
    }

    private static void fromCman(List<CmanEffect> effects, Deque<Inner> inner, List<NodeEffect> out) {
        for (CmanEffect effect : effects) {
            if (effect instanceof CmanEffect.ToRing(RingEvent event)) {
                inner.add(new Inner.Down(event));
            } else {
                out.add(new NodeEffect.OfCman(effect));
            }
        }
    }
}
