package io.muster.pulse.daemon;

import io.muster.os.Link;
import io.muster.os.LinkWatch;
import io.muster.os.NetException;
import io.muster.os.RouteNetlink;
import io.muster.pulse.PulseEvent;
import java.util.Set;
import java.util.function.Consumer;

/// Tells pulse of the carrier of the interfaces it monitors (`monitor_links = 1`). Thread: the watch's own.
final class LinkMonitor implements LinkWatch.Listener {
    private final Set<String> devices;
    private final Consumer<PulseEvent> to;

    private LinkMonitor(Set<String> devices, Consumer<PulseEvent> to) {
        this.devices = devices;
        this.to = to;
    }

    static LinkWatch start(Set<String> devices, Consumer<PulseEvent> to) throws NetException {
        return RouteNetlink.watch(new LinkMonitor(devices, to));
    }

    @Override
    public void changed(Link link) {
        if (devices.contains(link.name())) {
            to.accept(new PulseEvent.Link(link.name(), link.usable()));
        }
    }

    @Override
    public void gone(Link link) {
        if (devices.contains(link.name())) {
            to.accept(new PulseEvent.Link(link.name(), false));
        }
    }
}
