package io.muster.lvs.daemon;

import io.muster.driver.Patience;
import io.muster.ipvs.IpvsException;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.IpvsTable;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.lvs.LvsdEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Talks to the table on a thread of its own, opens it at the first need and again after it broke, and
/// tells what came of it. Thread: calls from any; results on the table's.
final class TableThread implements AutoCloseable {
    /// Opens a table.
    @FunctionalInterface
    interface Opener {
        IpvsTable open() throws IpvsException;
    }

    private static final long STOP_MS = 2_000;

    private final ExecutorService thread;
    private final Opener opener;
    private final Runnable opened;
    private @Nullable IpvsTable table;

    /// @param opened runs on the table's thread after each opening
    TableThread(Opener opener, Runnable opened) {
        this.opener = opener;
        this.opened = opened;
        thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "lvsd-table"));
    }

    /// Opens the table now, on the caller's thread: before anything else is asked.
    void open() throws IpvsException {
        table = opener.open();
        opened.run();
    }

    /// @param answer hears what came of it, on the table's thread; so do the next two
    void read(long request, Consumer<LvsdEvent> answer) {
        thread.execute(() -> {
            try {
                IpvsTable from = table();
                // The fingerprint first: what changes while the table is read shows at the next look.
                long print = from.fingerprint();
                answer.accept(new LvsdEvent.TableRead(request, print, bare(from.table()), from.timeouts()));
            } catch (IpvsException e) {
                answer.accept(new LvsdEvent.ReadFailed(request, words(e)));
            } catch (RuntimeException e) {
                answer.accept(new LvsdEvent.ReadFailed(request, e.toString()));
            }
        });
    }

    /// Without the statistics: nobody asks for them, and they would make up half of the record.
    private static List<ServiceEntry> bare(List<ServiceEntry> table) {
        return table.stream().map(ServiceEntry::bare).toList();
    }

    void cheapRead(long request, List<ServiceId> also, Consumer<LvsdEvent> answer) {
        thread.execute(() -> {
            try {
                IpvsTable from = table();
                long print = from.fingerprint();
                answer.accept(new LvsdEvent.FingerprintRead(request, print, bare(part(from, also))));
            } catch (IpvsException e) {
                answer.accept(new LvsdEvent.ReadFailed(request, words(e)));
            } catch (RuntimeException e) {
                answer.accept(new LvsdEvent.ReadFailed(request, e.toString()));
            }
        });
    }

    void apply(long request, List<IpvsOp> operations, Consumer<LvsdEvent> answer) {
        thread.execute(() -> {
            try {
                answer.accept(new LvsdEvent.Applied(request, table().apply(operations)));
            } catch (IpvsException e) {
                answer.accept(new LvsdEvent.ApplyFailed(request, words(e)));
            } catch (RuntimeException e) {
                answer.accept(new LvsdEvent.ApplyFailed(request, e.toString()));
            }
        });
    }

    /// Something else that may block and comes between two talks with the table.
    void run(Runnable task) {
        thread.execute(task);
    }

    private static List<ServiceEntry> part(IpvsTable from, List<ServiceId> ids) throws IpvsException {
        var part = new ArrayList<ServiceEntry>(ids.size());
        for (ServiceId id : ids) {
            Optional<ServiceEntry> service = from.service(id);
            if (service.isPresent()) {
                part.add(new ServiceEntry(service.get().service(), service.get().stats(), from.destinations(id)));
            }
        }
        return part;
    }

    private IpvsTable table() throws IpvsException {
        IpvsTable present = table;
        if (present == null) {
            present = opener.open();
            table = present;
            opened.run();
        }
        return present;
    }

    private static String words(IpvsException e) {
        return String.valueOf(e.getMessage());
    }

    @Override
    public void close() {
        var ended = new Patience();
        thread.execute(() -> {
            IpvsTable present = table;
            table = null;
            if (present != null) {
                present.close();
            }
            ended.end();
        });
        thread.shutdown();
        if (!ended.await(STOP_MS)) {
            thread.shutdownNow();
        }
    }
}
