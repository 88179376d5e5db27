package io.muster.transport;

import io.muster.core.Core;
import io.muster.transport.NeighbourEffect.Ask;
import io.muster.transport.NeighbourEffect.Look;
import io.muster.transport.NeighbourEffect.Recall;
import io.muster.transport.NeighbourEffect.Told;
import io.muster.transport.NeighbourEvent.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Sees to it that a carrier which was away for a moment costs no more than that moment.
///
/// A kernel forgets the hardware addresses behind a link that loses its carrier. The first packet then asks for one
/// into the dead link, and the question is repeated after a second: as long as the token may be missing. So the last
/// address of each next hop is kept here. When the carrier is back it is put back as one that is doubtful, and asked
/// there; whoever doesn't answer in [#STEP_MS] is asked for by everybody's address, as it may have another one now.
///
/// A card of our own that was changed is told to the others by the questions our packets ask, and by no others:
/// those that the kernel asks of its own accord come from another address of ours (IPv6: the link's own). So after
/// such a change nothing is recalled, only asked.
///
/// | a hop is | leaves it when |
/// |---|---|
/// | calm | its carrier comes back: pressed |
/// | pressed | it answers, or hasn't for [#PRESS_MS], or an administrator set it, or the carrier goes: calm |
///
/// While pressed, each step does what the one before didn't: one who is silent at the address known is asked for
/// anew, one not found is given its last address back. Nothing is ever set for good: what is wrong goes by itself.
///
/// Thread: the owner's. Source of the rules: RFC 826, RFC 4861 7.3.3; `Documentation/networking/ip-sysctl`.
public final class Neighbours implements Core<NeighbourEvent, NeighbourEffect> {
    /// An answer on one link takes a millisecond; a token is never less than several of these.
    static final int STEP_MS = 100;

    static final int PRESS_MS = 3000;

    /// Between two looks at the table for addresses worth keeping.
    static final int CALM_MS = 5000;

    private static final class Hop {
        private String mac = "";
        private long pressedUntilMs = Long.MIN_VALUE;
        private boolean pressed;

        /// Whether it may not know our own hardware address yet.
        private boolean untold;
    }

    private final SortedMap<NextHop, Hop> hops = new TreeMap<>();
    private final SortedMap<String, Boolean> carriers = new TreeMap<>();
    private final SortedMap<String, String> macs = new TreeMap<>();
    private long nextLookMs;

    @Override
    public List<NeighbourEffect> on(NeighbourEvent event, long nowMs) {
        List<NeighbourEffect> out = new ArrayList<>();
        switch (event) {
            case NeighbourEvent.Carrier(String device, boolean on, String mac) -> {
                String before = macs.put(device, mac);
                carrier(device, on, before != null && !before.equals(mac), nowMs, out);
            }
            case NeighbourEvent.Looked(List<Entry> entries) -> looked(entries, nowMs, out);
            case NeighbourEvent.Tick() -> {
                if (nowMs >= nextLookMs) {
                    boolean calm = hops.values().stream().noneMatch(hop -> hop.pressed);
                    nextLookMs = nowMs + (calm ? CALM_MS : STEP_MS);
                    out.add(new Look(calm));
                }
            }
        }
        return out;
    }

    @Override
    public long nextDeadlineMs() {
        return nextLookMs;
    }

    private void carrier(String device, boolean on, boolean renewed, long nowMs, List<NeighbourEffect> out) {
        Boolean before = carriers.put(device, on);
        if (before == null || before == on && !renewed) {
            return;
        }
        int count = 0;
        for (NextHop key : hops.keySet()) {
            if (key.device().equals(device)) {
                Hop hop = hops.get(key);
                hop.pressed = on;
                hop.untold |= renewed;
                hop.pressedUntilMs = nowMs + PRESS_MS;
                if (on) {
                    count++;
                    out.add(hop.mac.isEmpty() || hop.untold ? new Ask(key) : new Recall(key, hop.mac));
                    nextLookMs = nowMs + STEP_MS;
                }
            }
        }
        if (count > 0) {
            out.add(new Told(device + (renewed ? ": another hardware address: " : ": the carrier is back: ") + count
                    + (count == 1 ? " neighbour is" : " neighbours are") + " asked at once"));
        }
    }

    private void looked(List<Entry> entries, long nowMs, List<NeighbourEffect> out) {
        SortedMap<NextHop, Hop> before = new TreeMap<>(hops);
        hops.clear();
        for (Entry entry : entries) {
            Hop hop = before.getOrDefault(entry.hop(), new Hop());
            hops.put(entry.hop(), hop);
            if (entry.known() && !entry.mac().isEmpty()) {
                if (!hop.mac.isEmpty() && !hop.mac.equals(entry.mac())) {
                    out.add(new Told(entry.hop() + " is at " + entry.mac() + " now; it was at " + hop.mac));
                }
                hop.mac = entry.mac();
            }
            if (hop.pressed) {
                press(entry, hop, nowMs, out);
            }
        }
        // Without a carrier there may be no route, too; both come back together.
        before.forEach((key, hop) -> {
            if (Boolean.FALSE.equals(carriers.get(key.device()))) {
                hops.putIfAbsent(key, hop);
            }
        });
    }

    private static void press(Entry entry, Hop hop, long nowMs, List<NeighbourEffect> out) {
        if (entry.fixed() || entry.reachable() || nowMs >= hop.pressedUntilMs) {
            hop.pressed = false;
            hop.untold &= !entry.reachable();
        } else if (entry.known() || hop.mac.isEmpty()) {
            out.add(new Ask(entry.hop()));
        } else if (!hop.untold) {
            out.add(new Recall(entry.hop(), hop.mac));
        }
    }
}
