package io.muster.transport.daemon;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.driver.Clocks;
import io.muster.os.KernelSettings;
import io.muster.transport.ClusterKey;
import io.muster.transport.LinkStatus;
import io.muster.transport.Rejection;
import io.muster.transport.Transport;
import io.muster.transport.TransportConfig;
import io.muster.transport.TransportEffect;
import io.muster.transport.TransportEvent;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The transport on real sockets, on the event loop of the ring above it.
///
/// One UDP socket for each link to each node, connected, so that the kernel says which node's port
/// refuses; and one for each link that hears from whoever else has the key. What is sent during one
/// turn of the loop leaves at its end.
///
/// Thread: everything on the loop, except the constructor and [#start].
public final class UdpDriver implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("cman");

    /// Hears what comes in, on the loop.
    public interface Listener {
        /// A verified datagram of a configured node.
        void received(int nodeid, Incarnation incarnation, byte[] datagram);

        /// Nobody listens there: a reason to look, never proof of death.
        void portRefused(int nodeid);

        /// The largest datagram to hand over from now on.
        void mtu(int bytes);

        /// The loop is about to look after the links, at the time announced by [#dueMs] or late.
        default void awake() {}

        /// When the loop will be awake next for the links' sake, in monotonic milliseconds. This comes
        /// often enough to notice by it that the process stood still.
        default void dueMs(long monotonicMs) {}

        /// What another node tells whomever it meets; comes again and again.
        default void told(int nodeid, byte[] octets) {}

        /// A new incarnation has proven itself.
        default void accepted(Node node, @Nullable Incarnation replaced) {}
    }

    private final EventLoop loop;
    private final Node self;
    private final Transport transport;
    private final Listener listener;
    private final Consumer<Throwable> fatal;
    private final Sockets sockets;
    private final RejectionLog rejections = new RejectionLog();
    private final SortedMap<Integer, @Nullable Outbox[]> outboxes = new TreeMap<>();
    private final List<Outbox> dirty = new ArrayList<>();
    private TransportConfig config;
    private volatile Addresses addresses;
    private volatile @Nullable Watch watch;
    private volatile @Nullable NeighbourKeeper keeper;
    private @Nullable Future<?> timer;
    private long armedMs = Long.MAX_VALUE;
    private boolean flushing;
    private boolean closed;

    /// @param addresses of all nodes, this one included
    /// @param dice a secure one in a real daemon
    /// @param fatal ends the process: what we did wrong ourselves; called once, on the loop
    public UdpDriver(
            EventLoop loop,
            Node self,
            TransportConfig config,
            Addresses addresses,
            ClusterKey key,
            RandomGenerator dice,
            Listener listener,
            Consumer<Throwable> fatal) {
        this.loop = loop;
        this.self = self;
        this.config = config;
        this.addresses = addresses;
        this.listener = listener;
        this.fatal = fatal;
        this.transport = new Transport(self, config, key, dice);
        this.sockets = new Sockets(loop, this::datagram, this::failed);
    }

    /// Opens the sockets and begins to look for the others. Waits for the sockets, so not on the loop.
    ///
    /// @throws IOException when this node's own addresses can't be bound: which one, and why
    public void start() throws IOException {
        List<InetSocketAddress> own = addresses.of(self.nodeid());
        for (int link = 0; link < config.links(); link++) {
            sockets.listen(link, own.get(link));
        }
        loop.execute(() -> {
            openAll();
            step(new TransportEvent.Start());
        });
    }

    public void unicast(int nodeid, byte[] datagram) {
        step(new TransportEvent.Unicast(nodeid, datagram));
    }

    public void multicast(List<Integer> nodeids, byte[] datagram) {
        step(new TransportEvent.Multicast(nodeids, datagram));
    }

    /// Other nodes, links or addresses. Links of this node itself stay as they are until it restarts.
    public void configure(TransportConfig next, Addresses nextAddresses) {
        config = next;
        addresses = nextAddresses;
        openAll();
        step(new TransportEvent.Configure(next));
    }

    /// What every node that is met is told from now on; nothing when it is empty.
    public void word(byte[] octets) {
        step(new TransportEvent.Word(octets));
    }

    public void rekey(ClusterKey key) {
        step(new TransportEvent.Rekey(key));
    }

    /// Takes a changed key file over while running (all nodes must get it; until then the old key is
    /// used), and tries names again that had no address. Any thread; ends with [#close].
    public void watch(Path keyFile) {
        watch = new Watch(loop, keyFile, key -> loop.execute(() -> rekey(key)), this::resolveAgain);
    }

    /// Keeps the kernel's neighbours of all links usable across a carrier that goes for a moment. Any thread; ends with
    /// [#close].
    ///
    /// @param notes where settings of the kernel stand as they were before
    public void keepNeighbours(Path notes) {
        keeper = NeighbourKeeper.start(
                () -> addresses.others(self.nodeid()), new QuickQuestions(notes, KernelSettings.MACHINE));
    }

    private void resolveAgain() {
        Addresses before = addresses;
        if (!before.unresolved().isEmpty()) {
            Addresses after = before.again();
            loop.execute(() -> {
                // A new configuration may have come meanwhile; it brings its own.
                if (!closed && addresses == before) {
                    before.unresolved().stream()
                            .filter(host -> !after.unresolved().contains(host))
                            .forEach(host -> LOG.info("node={} {} has an address now", self.nodeid(), host));
                    addresses = after;
                    openAll();
                }
            });
        }
    }

    public List<LinkStatus> links() {
        return transport.links();
    }

    public Map<Rejection, Long> rejections() {
        return transport.rejections();
    }

    @Override
    public void close() {
        if (!closed) {
            flush();
            closed = true;
            Watch watching = watch;
            if (watching != null) {
                watching.close();
            }
            NeighbourKeeper keeping = keeper;
            if (keeping != null) {
                keeping.close();
            }
            if (timer != null) {
                timer.cancel(false);
            }
            listener.dueMs(Long.MAX_VALUE);
            outboxes.values().forEach(UdpDriver::closeAll);
            outboxes.clear();
            sockets.close();
        }
    }

    private void openAll() {
        outboxes.entrySet().removeIf(entry -> {
            boolean gone = !config.peers().containsKey(entry.getKey());
            if (gone) {
                closeAll(entry.getValue());
            }
            return gone;
        });
        List<InetSocketAddress> own = addresses.of(self.nodeid());
        config.peers().forEach((nodeid, theirs) -> {
            int count = Math.min(config.links(), theirs);
            @Nullable Outbox[] boxes = outboxes.get(nodeid);
            if (boxes == null || boxes.length != count) {
                if (boxes != null) {
                    closeAll(boxes);
                }
                boxes = new @Nullable Outbox[count];
                outboxes.put(nodeid, boxes);
            }
            List<InetSocketAddress> remote = addresses.of(nodeid);
            for (int link = 0; link < count; link++) {
                if (boxes[link] == null
                        && link < remote.size()
                        && !remote.get(link).isUnresolved()) {
                    boxes[link] = sockets.connect(nodeid, link, own.get(link), remote.get(link));
                }
            }
        });
    }

    private static void closeAll(@Nullable Outbox[] boxes) {
        for (Outbox box : boxes) {
            if (box != null) {
                box.close();
            }
        }
    }

    private void datagram(int link, byte[] octets) {
        step(new TransportEvent.Received(link, octets));
    }

    private void failed(int nodeid, int link, TransportEvent.Failure failure) {
        step(new TransportEvent.SendFailed(nodeid, link, failure));
    }

    private void tick() {
        timer = null;
        armedMs = Long.MAX_VALUE;
        listener.awake();
        step(new TransportEvent.Tick());
    }

    private void step(TransportEvent event) {
        if (closed) {
            return;
        }
        long nowMs = nowMs();
        try {
            for (TransportEffect effect : transport.on(event, nowMs)) {
                perform(effect, nowMs);
            }
        } catch (RuntimeException | Error e) {
            closed = true;
            LOG.error("node={} transport: broken, process ends", self.nodeid(), e);
            fatal.accept(e);
            return;
        }
        long next = transport.nextDeadlineMs();
        if (next != armedMs && !closed) {
            if (timer != null) {
                timer.cancel(false);
            }
            armedMs = next;
            timer = loop.schedule(this::tick, Math.max(1, next - nowMs), TimeUnit.MILLISECONDS);
            listener.dueMs(next);
        }
    }

    private void perform(TransportEffect effect, long nowMs) {
        switch (effect) {
            case TransportEffect.Send(int nodeid, int link, byte[] datagram) -> {
                Outbox box = outbox(nodeid, link);
                if (box != null && box.add(datagram)) {
                    dirty.add(box);
                    if (!flushing) {
                        flushing = true;
                        loop.execute(this::flush);
                    }
                }
            }
            case TransportEffect.SendWhole(int nodeid, int link, byte[] datagram) -> {
                Outbox box = outbox(nodeid, link);
                if (box != null) {
                    box.sendWhole(datagram);
                }
            }
            case TransportEffect.Deliver(int nodeid, Incarnation incarnation, byte[] datagram) ->
                listener.received(nodeid, incarnation, datagram);
            case TransportEffect.Told(int nodeid, byte[] octets) -> listener.told(nodeid, octets);
            case TransportEffect.Confirm(int nodeid, int link) -> {
                Outbox box = outbox(nodeid, link);
                if (box != null) {
                    box.confirm();
                }
            }
            case TransportEffect.PortRefused(int nodeid) -> listener.portRefused(nodeid);
            case TransportEffect.Mtu(int bytes) -> {
                LOG.info("node={} datagrams of the ring now have up to {} octets", self.nodeid(), bytes);
                listener.mtu(bytes);
            }
            case TransportEffect.LinkMtu(int nodeid, int link, int bytes) -> {
                Outbox box = outbox(nodeid, link);
                if (box != null) {
                    box.mtu(bytes);
                }
            }
            case TransportEffect.Accepted(Node node, Incarnation replaced) -> {
                LOG.info(
                        "node={} node {} has proven its incarnation{}",
                        self.nodeid(),
                        node,
                        replaced == null ? "" : " and replaces " + replaced);
                listener.accepted(node, replaced);
            }
            case TransportEffect.LinkChanged(int nodeid, int link, boolean live, String reason) -> {
                if (live) {
                    LOG.info("node={} link {} to node {} is up: {}", self.nodeid(), link, nodeid, reason);
                } else {
                    LOG.warn("node={} link {} to node {} is down: {}", self.nodeid(), link, nodeid, reason);
                }
            }
            case TransportEffect.KeyChanged(String reason) -> LOG.info("node={} {}", self.nodeid(), reason);
            case TransportEffect.Rejected(int nodeid, int link, Rejection reason) ->
                rejections
                        .add(nodeid, link, reason, nowMs)
                        .ifPresent(line -> LOG.warn("node={} {}", self.nodeid(), line));
        }
    }

    private @Nullable Outbox outbox(int nodeid, int link) {
        @Nullable Outbox[] boxes = outboxes.get(nodeid);
        return boxes == null || link >= boxes.length ? null : boxes[link];
    }

    private void flush() {
        flushing = false;
        // Sending may tell of a refused port at once, to which the ring answers with more to send.
        List<Outbox> due = List.copyOf(dirty);
        dirty.clear();
        due.forEach(Outbox::flush);
    }

    private static long nowMs() {
        return Clocks.system().monotonicNs() / 1_000_000;
    }
}
