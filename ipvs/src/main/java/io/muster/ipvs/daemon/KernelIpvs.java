package io.muster.ipvs.daemon;

import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.IpvsError;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.IpvsTable;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.SyncDaemon;
import io.muster.ipvs.TableFingerprint;
import io.muster.ipvs.TableInfo;
import io.muster.ipvs.Timeouts;
import io.muster.net.IpAddress;
import io.muster.os.Errno;
import io.muster.os.NetException;
import io.muster.os.Netlink;
import io.muster.os.NetlinkMessages;
import io.muster.os.NetlinkSocket;
import io.muster.os.NetlinkWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The table of this kernel, of the network namespace it was opened in, over the generic netlink family IPVS.
///
/// Thread: one at a time; every exchange blocks for the time limit at most, an operation that makes the kernel load a
/// scheduler for as long as that takes. Errors: refusals of single operations are told by [#apply]; everything else
/// is an [IpvsException] in an operator's words, and the next call begins with a new socket.
public final class KernelIpvs implements IpvsTable {
    private static final Path LISTING = Path.of("/proc/thread-self/net/ip_vs");
    private static final int LISTING_BYTES = 16 * 1024;

    private final IpvsExchange exchange;
    private final IpvsReplies replies = new IpvsReplies();
    private final ByteBuffer listing = ByteBuffer.allocateDirect(LISTING_BYTES);
    private int family;

    private KernelIpvs(IpvsExchange exchange) {
        this.exchange = exchange;
    }

    /// Opens the table. Loads the module `ip_vs` if the kernel hasn't IPVS yet.
    ///
    /// @param limit for each exchange
    /// @throws IpvsException with [IpvsError#UNSUPPORTED] if there is no IPVS, [IpvsError#NOT_PERMITTED] if
    ///     there is no right to use it
    public static KernelIpvs open(Duration limit) throws IpvsException {
        return open(new OfThisKernel(), limit, new IpvsFamily());
    }

    /// A class for the reason that [Dump] is one.
    private static final class OfThisKernel implements IpvsExchange.Opener {
        @Override
        public Netlink open() throws NetException {
            return NetlinkSocket.open(NetlinkSocket.GENERIC, 0);
        }
    }

    /// A table that is spoken to over a conversation that is open already.
    public static KernelIpvs over(Netlink conversation, Duration limit) throws IpvsException {
        return open(
                () -> conversation,
                limit,
                () -> new IpvsException(IpvsError.UNSUPPORTED, "nobody of the name " + IpvsRequests.FAMILY));
    }

    /// Loads what is missing, and says what to tell if it is missing still.
    interface Loader {
        IpvsException load();
    }

    static KernelIpvs open(IpvsExchange.Opener opener, Duration limit, Loader loader) throws IpvsException {
        var table = new KernelIpvs(new IpvsExchange(opener, limit));
        try {
            if (!table.resolve()) {
                IpvsException missing = loader.load();
                if (!table.resolve()) {
                    throw missing;
                }
            }
            table.info();
            return table;
        } catch (IpvsException e) {
            table.close();
            throw e;
        }
    }

    private boolean resolve() throws IpvsException {
        int errno =
                exchange.ask(IpvsRequests::resolve, (datagram, message) -> family = replies.family(datagram, message));
        if (errno != 0 && errno != Errno.ENOENT) {
            throw refused("looking for IPVS", errno);
        }
        return errno == 0;
    }

    @Override
    public TableInfo info() throws IpvsException {
        var found = new ArrayList<TableInfo>(1);
        ask(
                "version",
                (to, n) -> IpvsRequests.getInfo(to, family, n),
                (datagram, message) -> found.add(replies.info(datagram, message)));
        return only(found);
    }

    /// What one dump holds. When others write meanwhile, the kernel's place in its list moves and it may show one
    /// twice.
    ///
    /// Classes and no lambdas here, and no generated hash codes: each of those is made when it is first run, which
    /// took a large part of a large table's first reading.
    private abstract static class Dump<T, K> implements IpvsExchange.Request, IpvsExchange.Reader {
        final List<T> found = new ArrayList<>();
        private final Set<K> seen = new HashSet<>();

        void take(T entry, K key) {
            if (seen.add(key)) {
                found.add(entry);
            }
        }
    }

    @Override
    public List<ServiceEntry> services() throws IpvsException {
        var dump = new Dump<ServiceEntry, ServiceId>() {
            @Override
            public void write(NetlinkWriter to, int sequence) {
                IpvsRequests.dumpServices(to, family, sequence);
            }

            @Override
            public void read(ByteBuffer datagram, NetlinkMessages message) throws NetException {
                ServiceEntry entry = replies.service(datagram, message);
                take(entry, entry.service().id());
            }
        };
        ask("services", dump, dump);
        return dump.found;
    }

    @Override
    public Optional<ServiceEntry> service(ServiceId id) throws IpvsException {
        var found = new ArrayList<ServiceEntry>(1);
        int errno = exchange.ask(
                (to, n) -> IpvsRequests.getService(to, family, n, id),
                (datagram, message) -> found.add(replies.service(datagram, message)));
        if (errno != 0 && errno != Errno.ESRCH) {
            throw refused(id.toString(), errno);
        }
        return found.stream().findFirst();
    }

    private record Place(IpAddress address, int port) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Place that && port == that.port && address.equals(that.address);
        }

        @Override
        public int hashCode() {
            return 31 * address.hashCode() + port;
        }
    }

    @Override
    public List<DestinationEntry> destinations(ServiceId id) throws IpvsException {
        var dump = new Dump<DestinationEntry, Place>() {
            @Override
            public void write(NetlinkWriter to, int sequence) {
                IpvsRequests.dumpDestinations(to, family, sequence, id);
            }

            @Override
            public void read(ByteBuffer datagram, NetlinkMessages message) throws NetException {
                DestinationEntry entry = replies.destination(datagram, message, id.v6());
                take(
                        entry,
                        new Place(
                                entry.destination().address(),
                                entry.destination().port()));
            }
        };
        ask("destinations", dump, dump);
        return dump.found;
    }

    /// The kernel runs one dump at a time on a socket, so this is one exchange for each service.
    @Override
    public List<ServiceEntry> table() throws IpvsException {
        var found = new ArrayList<ServiceEntry>();
        for (ServiceEntry service : services()) {
            found.add(new ServiceEntry(
                    service.service(),
                    service.stats(),
                    destinations(service.service().id())));
        }
        return found;
    }

    @Override
    public List<IpvsError> apply(List<IpvsOp> operations) throws IpvsException {
        List<IpvsExchange.Request> requests = new ArrayList<>(operations.size());
        for (IpvsOp operation : operations) {
            requests.add((to, n) -> IpvsRequests.operation(to, family, n, operation));
        }
        int[] errors = exchange.all(requests, IpvsRequests.MOST_BYTES);
        List<IpvsError> results = new ArrayList<>(errors.length);
        for (int errno : errors) {
            results.add(errno == 0 ? IpvsError.OK : new IpvsError(errno));
        }
        return results;
    }

    @Override
    public Timeouts timeouts() throws IpvsException {
        var found = new ArrayList<Timeouts>(1);
        ask(
                "time-outs",
                (to, n) -> IpvsRequests.getConfig(to, family, n),
                (datagram, message) -> found.add(replies.timeouts(datagram, message)));
        return only(found);
    }

    @Override
    public List<SyncDaemon> daemons() throws IpvsException {
        var found = new ArrayList<SyncDaemon>(2);
        ask(
                "sync daemons",
                (to, n) -> IpvsRequests.dumpDaemons(to, family, n),
                (datagram, message) -> found.add(replies.daemon(datagram, message)));
        return found;
    }

    /// Of the network namespace of the calling thread.
    @Override
    public long fingerprint() throws IpvsException {
        var fingerprint = new TableFingerprint();
        try (var file = FileChannel.open(LISTING, StandardOpenOption.READ)) {
            while (file.read(listing.clear()) >= 0) {
                fingerprint.update(listing.flip());
            }
        } catch (NoSuchFileException e) {
            throw new IpvsException(IpvsError.UNSUPPORTED, "this kernel has no IPVS any more: /proc/net/ip_vs is gone");
        } catch (IOException e) {
            throw new IpvsException(IpvsError.OTHER, "/proc/net/ip_vs: " + e.getMessage());
        }
        return fingerprint.value();
    }

    private void ask(String subject, IpvsExchange.Request request, IpvsExchange.Reader reader) throws IpvsException {
        int errno = exchange.ask(request, reader);
        if (errno != 0) {
            throw refused(subject, errno);
        }
    }

    private static <T> T only(List<T> found) throws IpvsException {
        if (found.size() != 1) {
            throw new IpvsException(IpvsError.OTHER, "IPVS: " + found.size() + " answers where one was to come");
        }
        return found.getFirst();
    }

    private static IpvsException refused(String subject, int errno) {
        String words = errno == Errno.EPERM
                ? "IPVS may not be used: CAP_NET_ADMIN is needed (be root)"
                : "IPVS: " + subject + ": " + Errno.words(errno);
        return new IpvsException(new IpvsError(errno), words);
    }

    @Override
    public void close() {
        exchange.close();
    }
}
