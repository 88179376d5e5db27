package io.muster.pulse;

import io.muster.core.Core;
import io.muster.driver.Teller;
import io.muster.finding.Counted;
import io.muster.pulse.Heartbeat.Wish;
import io.muster.pulse.PulseStatus.PartnerStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Why the role moved: each change of activity with its reason, what was known of the partner just before it, and what
/// has happened to this director since the change before.
///
/// Thread: one.
final class RoleStory implements Teller {
    private @Nullable PartnerStatus before;
    private SortedMap<Rejection, Long> refusedBefore = new TreeMap<>();
    private final List<String> happened = new ArrayList<>();
    private int stalls;
    private long longestStallMs;

    @Override
    public List<String> step(Core<?, ?> core, Object event, List<?> effects, long nowMs) {
        var pulse = (Pulse) core;
        var lines = new ArrayList<String>();
        note((PulseEvent) event);
        for (Object effect : effects) {
            if (effect instanceof PulseEffect.StateChanged(Activity from, Activity to, String reason)) {
                lines.add(pulse.settings().role() + ": " + from + " -> " + to + ": " + reason);
                lines.add("    the partner: " + partner(pulse, event, nowMs));
                lines.addAll(since(pulse));
            }
        }
        before = pulse.partnerStatus(nowMs);
        return lines;
    }

    private void note(PulseEvent event) {
        switch (event) {
            case PulseEvent.Stalled(long ms) -> {
                stalls++;
                longestStallMs = Math.max(longestStallMs, ms);
            }
            case PulseEvent.Start _ -> happened.add("pulse started");
            case PulseEvent.Stop _ -> happened.add("pulse was told to stop");
            case PulseEvent.Link(String device, boolean up) ->
                happened.add("link of " + device + (up ? " up" : " down"));
            case PulseEvent.LvsdEnded(String how) -> happened.add("lvsd ended, " + how);
            case PulseEvent.Reconfigured _ -> happened.add("lvs.cf was read again");
            case PulseEvent.LastWordSaid _,
                    PulseEvent.Tick _,
                    PulseEvent.Received _,
                    PulseEvent.Connections _,
                    PulseEvent.LvsdAnswered _,
                    PulseEvent.BulkDone _ -> {}
        }
    }

    private String partner(Pulse pulse, Object event, long nowMs) {
        PartnerStatus now = pulse.partnerStatus(nowMs);
        PartnerStatus was = before;
        // What it says now is the reason; what it said before it fell silent, the last thing known.
        boolean says = event instanceof PulseEvent.Received;
        PartnerStatus known = says || was == null ? now : was;
        if (now.beats() == 0) {
            return "never heard" + (pulse.settings().partner() ? "" : ": backup_active = 0");
        }
        return "last heard " + now.ageMs() + " ms before (deadtime "
                + pulse.settings().heartbeat().deadtimeMs() + "): "
                + (known.active() ? "active" : "not active") + wish(known.wish()) + ", "
                + Counted.of(known.connections(), "connection")
                + "; " + pulse.connections() + " here";
    }

    private static String wish(Wish wish) {
        return switch (wish) {
            case ABLE -> ", able to take over";
            case UNABLE -> "";
            case TAKE -> ", asking for its role";
        };
    }

    /// Told once.
    private List<String> since(Pulse pulse) {
        var lines = new ArrayList<String>();
        if (!happened.isEmpty()) {
            lines.add("    since the change before: " + String.join("; ", happened));
        }
        if (stalls > 0) {
            lines.add("    stood still " + stalls + (stalls == 1 ? " time, " : " times, ") + longestStallMs
                    + " ms at the longest");
        }
        if (!pulse.inhibitors().isEmpty()) {
            lines.add("    can't be active: " + new java.util.TreeSet<>(pulse.inhibitors()));
        }
        var refused = new ArrayList<String>();
        pulse.rejections().forEach((why, count) -> {
            long more = count - refusedBefore.getOrDefault(why, 0L);
            // Copies, and heartbeats of a partner that has just started and knows nobody yet, are no news.
            if (more > 0 && why != Rejection.DUPLICATE && why != Rejection.UNBOUND) {
                refused.add(more + " " + why.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            }
        });
        if (!refused.isEmpty()) {
            lines.add("    heartbeats that didn't count: " + String.join(", ", refused));
        }
        happened.clear();
        stalls = 0;
        longestStallMs = 0;
        refusedBefore = pulse.rejections();
        return lines;
    }
}
