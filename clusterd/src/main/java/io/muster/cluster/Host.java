package io.muster.cluster;

import io.muster.core.Core;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What becomes of a node's daemons in one process when one of them ends: what systemd's units make of it
/// where they are processes of their own.
///
/// | ended | then |
/// |---|---|
/// | cman, the node has left in good order | the others stop in order; status 0 |
/// | cman otherwise | the others hear it hang up; when rgmanager has stopped all and ended: status 1 |
/// | rgmanager | again after a second: it stops everything first |
/// | fenced, ccsd | again after a second; no service is touched |
/// | one of these after cman | not again |
///
/// Who stays away for too long is missed by cman, which ends then.
///
/// Thread: the owner's event loop.
public final class Host implements Core<HostEvent, HostEffect> {
    /// `RestartSec` of the units.
    static final long AGAIN_MS = 1_000;

    private enum Phase {
        RUNNING,
        WAITING,
        STARTING
    }

    private record Place(Phase phase, long againAtMs) {
        static final Place RUNNING = new Place(Phase.RUNNING, Long.MAX_VALUE);
        static final Place STARTING = new Place(Phase.STARTING, Long.MAX_VALUE);
    }

    private final Map<Hosted, Place> places = new EnumMap<>(Hosted.class);
    private boolean cmanGone;
    private boolean over;

    /// All of them run.
    public Host() {
        for (Hosted daemon : Hosted.values()) {
            places.put(daemon, Place.RUNNING);
        }
    }

    @Override
    public List<HostEffect> on(HostEvent event, long nowMs) {
        var out = new ArrayList<HostEffect>();
        if (!over) {
            switch (event) {
                case HostEvent.Left() -> {
                    over = true;
                    out.add(new HostEffect.Leave());
                }
                case HostEvent.Ended(Hosted daemon, String why) -> ended(daemon, why, nowMs, out);
                case HostEvent.Started(Hosted daemon) -> places.put(daemon, Place.RUNNING);
                case HostEvent.NotStarted(Hosted daemon, String why) -> {
                    out.add(new HostEffect.Say(daemon.text() + " can't start again: " + why));
                    again(daemon, nowMs);
                }
                case HostEvent.Tick() -> tick(nowMs, out);
            }
        }
        return out;
    }

    private void ended(Hosted daemon, String why, long nowMs, List<HostEffect> out) {
        if (place(daemon).phase() != Phase.RUNNING) {
            return;
        }
        out.add(new HostEffect.Kill(daemon));
        if (daemon == Hosted.CMAN) {
            cmanGone = true;
            places.put(daemon, new Place(Phase.WAITING, Long.MAX_VALUE));
            out.add(new HostEffect.Say(
                    "cman has ended (" + why + "): this process ends when the services are stopped"));
            if (place(Hosted.RGMANAGER).phase() != Phase.RUNNING) {
                end("cman has ended", out);
            }
        } else if (!cmanGone) {
            out.add(new HostEffect.Say(daemon.text() + " has ended (" + why + "): starts again in a second"));
            again(daemon, nowMs);
        } else if (daemon == Hosted.RGMANAGER) {
            end(why, out);
        }
    }

    private void again(Hosted daemon, long nowMs) {
        places.put(daemon, new Place(Phase.WAITING, nowMs + AGAIN_MS));
    }

    private void tick(long nowMs, List<HostEffect> out) {
        for (Hosted daemon : Hosted.values()) {
            if (!cmanGone && place(daemon).againAtMs() <= nowMs) {
                places.put(daemon, Place.STARTING);
                out.add(new HostEffect.Start(daemon));
            }
        }
    }

    private void end(String why, List<HostEffect> out) {
        over = true;
        out.add(new HostEffect.End(why));
    }

    private Place place(Hosted daemon) {
        return places.getOrDefault(daemon, Place.RUNNING);
    }

    @Override
    public long nextDeadlineMs() {
        return over || cmanGone
                ? Long.MAX_VALUE
                : places.values().stream().mapToLong(Place::againAtMs).min().orElse(Long.MAX_VALUE);
    }
}
