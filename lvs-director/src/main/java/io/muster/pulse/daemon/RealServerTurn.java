package io.muster.pulse.daemon;

import io.muster.daemon.Layout;
import io.muster.driver.Patience;
import io.muster.finding.Why;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.net.IpAddress;
import io.muster.os.AtomicFile;
import io.muster.os.InterfaceAddress;
import io.muster.os.OwnText;
import io.muster.realserver.daemon.RealServerSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A director that is a real server for its own addresses in direct routing while it isn't active: the loopback's
/// copy of an address goes when this machine takes it over, and comes back when it gives it up.
///
/// Only for addresses found on the loopback device at start, or noted as turned by a former life that didn't end well.
/// While both are there nothing is wrong, so taking over doesn't wait for this. Thread: any; done on its own, in order.
final class RealServerTurn implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("pulse");
    private static final long END_MS = 3_000;

    private final RealServerSetup setup;
    private final Path note;
    private final Set<IpAddress> turning;
    private final ExecutorService work = Executors.newSingleThreadExecutor(
            task -> Thread.ofPlatform().name("pulse-realserver").daemon().unstarted(task));

    private RealServerTurn(RealServerSetup setup, Path note, Set<IpAddress> turning) {
        this.setup = setup;
        this.note = note;
        this.turning = turning;
    }

    /// @param here all addresses of this machine
    static RealServerTurn of(Layout layout, List<FloatingAddress> ours, List<InterfaceAddress> here) {
        Path note = layout.state().resolve("lvs/turned");
        var turning = new TreeSet<IpAddress>();
        for (FloatingAddress a : ours) {
            boolean there = here.stream()
                    .anyMatch(i -> i.device().equals(RealServerSetup.LOOPBACK)
                            && IpAddress.of(i.address()).equals(a.address()));
            if (there) {
                turning.add(a.address());
            }
        }
        try {
            for (String line : OwnText.lines(note).orElse(List.of())) {
                IpAddress.parse(line)
                        .ifPresentOrElse(turning::add, () -> LOG.warn("{}: can't make sense of \"{}\"", note, line));
            }
        } catch (IOException e) {
            LOG.warn("{}: can't be read: {}: {}", note, Why.reason(e), OwnText.setAside(note));
        }
        if (!turning.isEmpty()) {
            LOG.info("this director is a real server for {} while it isn't active", turning);
        }
        return new RealServerTurn(RealServerSetup.of(layout), note, turning);
    }

    void director(List<FloatingAddress> addresses) {
        each(addresses, true);
    }

    void realServer(List<FloatingAddress> addresses) {
        each(addresses, false);
    }

    private void each(List<FloatingAddress> addresses, boolean director) {
        Collection<IpAddress> which = new ArrayList<>();
        addresses.stream()
                .map(FloatingAddress::address)
                .filter(turning::contains)
                .forEach(which::add);
        if (which.isEmpty() || work.isShutdown()) {
            return;
        }
        work.execute(() -> {
            try {
                if (director) {
                    write();
                }
                for (IpAddress vip : which) {
                    List<String> done = director ? setup.down(vip) : setup.up(vip, RealServerSetup.LOOPBACK);
                    done.forEach(line -> LOG.info("real server: {}", line));
                }
                if (!director) {
                    AtomicFile.delete(note);
                }
            } catch (IOException e) {
                LOG.error("turning {}: {}", director ? "director" : "real server", e.getMessage());
            }
        });
    }

    private void write() throws IOException {
        var text = new StringBuilder();
        turning.forEach(address -> text.append(address).append('\n'));
        AtomicFile.publish(note, text.toString());
    }

    @Override
    public void close() {
        var ended = new Patience();
        work.execute(ended::end);
        work.shutdown();
        if (!ended.await(END_MS)) {
            work.shutdownNow();
        }
    }
}
