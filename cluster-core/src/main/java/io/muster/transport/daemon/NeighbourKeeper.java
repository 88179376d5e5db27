package io.muster.transport.daemon;

import io.muster.core.Core;
import io.muster.driver.EventDriver;
import io.muster.os.Errno;
import io.muster.os.Link;
import io.muster.os.LinkWatch;
import io.muster.os.Neighbour;
import io.muster.os.NetException;
import io.muster.os.Route;
import io.muster.os.RouteNetlink;
import io.muster.transport.NeighbourEffect;
import io.muster.transport.NeighbourEvent;
import io.muster.transport.Neighbours;
import io.muster.transport.NextHop;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does with the kernel's table of neighbours what [Neighbours] decides. Where the table isn't ours to change (no
/// CAP_NET_ADMIN) it says so once and does nothing.
///
/// Thread: one of its own, on which netlink answers in microseconds; [#close] from any.
final class NeighbourKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("cman");
    private static final Duration LIMIT = Duration.ofSeconds(2);

    private final Supplier<List<InetAddress>> others;
    private final QuickQuestions questions;
    private final DefaultEventExecutor thread =
            new DefaultEventExecutor(new DefaultThreadFactory("cman-neighbours", true));
    private volatile @Nullable EventDriver<NeighbourEvent, NeighbourEffect> driver;
    private SortedMap<NextHop, InetAddress> hops = new TreeMap<>();
    private @Nullable RouteNetlink netlink;
    private @Nullable LinkWatch links;
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean complained;
    private boolean over;

    private NeighbourKeeper(Supplier<List<InetAddress>> others, QuickQuestions questions) {
        this.others = others;
        this.questions = questions;
    }

    /// On the thread: the core's first question comes when this is over.
    private void begin() {
        Core<NeighbourEvent, NeighbourEffect> core = new Neighbours();
        driver = EventDriver.of("cman-neighbours", core)
                .loop(thread)
                .performer((effect, cause) -> perform(effect))
                .tick(new NeighbourEvent.Tick())
                // The ring goes on without.
                .fatal(why -> {
                    LOG.warn("neighbours are looked after no longer", why);
                    close();
                })
                .start();
        watch();
    }

    private void post(NeighbourEvent event) {
        EventDriver<NeighbourEvent, NeighbourEffect> running = driver;
        if (running != null) {
            running.post(event);
        }
    }

    /// @param others addresses of all other nodes, asked again now and then
    static NeighbourKeeper start(Supplier<List<InetAddress>> others, QuickQuestions questions) {
        var keeper = new NeighbourKeeper(others, questions);
        keeper.thread.execute(keeper::begin);
        return keeper;
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        EventDriver<NeighbourEvent, NeighbourEffect> running = driver;
        if (running != null) {
            running.close();
        }
        questions.putBack();
        thread.execute(() -> {
            over = true;
            LinkWatch watching = links;
            if (watching != null) {
                watching.close();
            }
            drop();
            thread.shutdownGracefully();
        });
    }

    private void watch() {
        try {
            if (!over) {
                links = RouteNetlink.watch(new Carriers());
            }
        } catch (NetException e) {
            complain(e);
        }
    }

    private void perform(NeighbourEffect effect) {
        try {
            switch (effect) {
                case NeighbourEffect.Look(boolean routes) -> look(routes);
                case NeighbourEffect.Recall(NextHop hop, String mac) -> open().recallNeighbour(entry(hop, mac));
                case NeighbourEffect.Ask(NextHop hop) -> open().forgetNeighbour(entry(hop, ""));
                case NeighbourEffect.Told(String text) -> LOG.info("{}", text);
            }
        } catch (NetException e) {
            complain(e);
        }
    }

    private void look(boolean routes) throws NetException {
        try {
            if (routes || hops.isEmpty()) {
                hops = hops();
                SortedSet<String> devices =
                        hops.keySet().stream().map(NextHop::device).collect(Collectors.toCollection(TreeSet::new));
                questions.on(devices);
            }
            Map<String, Neighbour> table = new HashMap<>();
            for (int index : hops.keySet().stream().map(NextHop::index).collect(Collectors.toSet())) {
                for (Neighbour entry : open().neighbours(index)) {
                    table.put(index + " " + text(entry.address()), entry);
                }
            }
            List<NeighbourEvent.Entry> entries = new ArrayList<>();
            for (NextHop hop : hops.keySet()) {
                Neighbour found = table.get(hop.index() + " " + hop.address());
                entries.add(
                        found == null
                                ? new NeighbourEvent.Entry(hop, "", false, false, false)
                                : new NeighbourEvent.Entry(
                                        hop, found.mac(), found.known(), found.reachable(), found.permanent()));
            }
            post(new NeighbourEvent.Looked(entries));
        } catch (NetException e) {
            // What is half read would be taken for the answer to the next question.
            drop();
            throw e;
        }
    }

    /// Where packets to the others go now. Those to nowhere go somewhere at another time.
    private SortedMap<NextHop, InetAddress> hops() throws NetException {
        SortedMap<NextHop, InetAddress> found = new TreeMap<>();
        Map<String, Integer> indexes = new HashMap<>();
        for (Link link : open().links()) {
            indexes.put(link.name(), link.index());
        }
        for (InetAddress other : others.get()) {
            route(other).filter(way -> !way.local()).ifPresent(way -> {
                InetAddress gateway = way.gateway();
                InetAddress next = gateway == null ? other : gateway;
                Integer index = indexes.get(way.device());
                if (index != null) {
                    found.put(new NextHop(way.device(), index, text(next)), next);
                }
            });
        }
        return found;
    }

    /// A link's own address is named with the link elsewhere.
    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int zone = text.indexOf('%');
        return zone < 0 ? text : text.substring(0, zone);
    }

    private Optional<Route> route(InetAddress other) throws NetException {
        try {
            return Optional.of(open().route(other));
        } catch (NetException e) {
            if (e.errno() == Errno.ENETUNREACH || e.errno() == Errno.EHOSTUNREACH) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Neighbour entry(NextHop hop, String mac) throws NetException {
        InetAddress address = hops.get(hop);
        if (address == null) {
            throw new NetException(Errno.ENOENT, hop + ": no next hop any more");
        }
        return new Neighbour(hop.index(), address, mac, 0);
    }

    private RouteNetlink open() throws NetException {
        RouteNetlink now = netlink;
        if (now == null) {
            now = RouteNetlink.open(LIMIT);
            netlink = now;
        }
        return now;
    }

    private void drop() {
        RouteNetlink now = netlink;
        netlink = null;
        if (now != null) {
            now.close();
        }
    }

    private void complain(NetException why) {
        if (complained) {
            LOG.debug("neighbours: {}", why.getMessage());
        } else {
            complained = true;
            LOG.info("a carrier that goes for a moment may cost a second: {}", why.getMessage());
        }
    }

    private final class Carriers implements LinkWatch.Listener {
        @Override
        public void changed(Link link) {
            post(new NeighbourEvent.Carrier(link.name(), link.usable(), link.mac()));
        }

        @Override
        public void gone(Link link) {
            post(new NeighbourEvent.Carrier(link.name(), false, link.mac()));
        }
    }
}
