package io.muster.os;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Tells of every change of a link: up, down, carrier, name, new, gone. Where the kernel had more to say than was
/// read in time, everything is read anew, so that the last state told of a link is always its present one.
///
/// Thread: the listener is called on the watch's own thread, one call at a time.
public final class LinkWatch implements AutoCloseable {
    private static final int GROUP_LINK = 1;

    /// Who is told. What it throws ends the watch.
    public interface Listener {
        /// A link that is new, or has changed; at the beginning each one there is.
        void changed(Link link);

        /// Its last known state.
        void gone(Link link);
    }

    private final NetlinkSocket socket;
    private final Listener listener;
    private final PollThread thread;
    private final NetlinkWriter request = new NetlinkWriter(64);
    private final LinkMessages messages = new LinkMessages();
    private final Map<Integer, Link> known = new TreeMap<>();
    private final Set<Integer> dumped = new TreeSet<>();
    private int sequence;
    private boolean interrupted;

    private LinkWatch(NetlinkSocket socket, Wake wake, Listener listener) {
        this.socket = socket;
        this.listener = listener;
        this.thread = new PollThread("links", wake, new PollThread.Served() {
            @Override
            public long waitMs() {
                return -1;
            }

            @Override
            public void serve() throws NetException {
                take();
            }

            @Override
            public void ended() {
                socket.close();
            }
        });
    }

    static LinkWatch open(Listener listener) throws NetException {
        var socket = NetlinkSocket.open(NetlinkSocket.ROUTE, GROUP_LINK);
        Wake wake = null;
        try {
            wake = new Wake(socket.descriptor());
            var watch = new LinkWatch(socket, wake, listener);
            watch.dump();
            watch.thread.start();
            return watch;
        } catch (NetException e) {
            socket.close();
            if (wake != null) {
                wake.close();
            }
            throw e;
        }
    }

    /// Ends it; no call is made afterwards, unless this is called from the listener itself.
    @Override
    public void close() {
        thread.end();
    }

    private void dump() throws NetException {
        dumped.clear();
        interrupted = false;
        LinkMessages.writeDump(request.clear(), ++sequence);
        socket.send(request.written());
    }

    private void take() throws NetException {
        int count;
        try {
            count = socket.receive(0);
        } catch (NetException e) {
            if (e.errno() != Errno.ENOBUFS) {
                throw e;
            }
            dump();
            return;
        }
        for (int i = 0; i < count && !thread.isEnding(); i++) {
            ByteBuffer datagram = socket.datagram(i);
            var each = new NetlinkMessages(datagram);
            while (each.next() && !thread.isEnding()) {
                one(datagram, each);
            }
        }
    }

    private void one(ByteBuffer datagram, NetlinkMessages message) throws NetException {
        boolean ofDump = message.sequence() == sequence && (message.flags() & NetlinkMessages.MULTI) != 0;
        interrupted |= ofDump && (message.flags() & NetlinkMessages.DUMP_INTERRUPTED) != 0;
        switch (message.type()) {
            case LinkMessages.NEW -> {
                if (LinkMessages.ofLink(datagram, message)) {
                    Link link = messages.read(datagram, message);
                    dumped.add(link.index());
                    if (!link.equals(known.put(link.index(), link))) {
                        listener.changed(link);
                    }
                }
            }
            case LinkMessages.DELETE -> {
                if (LinkMessages.ofLink(datagram, message)) {
                    dumped.remove(messages.read(datagram, message).index());
                    gone(messages.read(datagram, message).index());
                }
            }
            case NetlinkMessages.DONE -> {
                if (ofDump && interrupted) {
                    dump();
                } else if (ofDump) {
                    Set<Integer> missing = new TreeSet<>(known.keySet());
                    missing.removeAll(dumped);
                    missing.forEach(this::gone);
                }
            }
            case NetlinkMessages.ERROR -> {
                if (message.sequence() == sequence && message.errno() != 0) {
                    // A dump was still running when this one was asked for.
                    dump();
                }
            }
            default -> {}
        }
    }

    private void gone(int index) {
        Link last = known.remove(index);
        if (last != null) {
            listener.gone(last);
        }
    }
}
