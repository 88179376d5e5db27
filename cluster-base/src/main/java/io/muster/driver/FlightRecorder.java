package io.muster.driver;

import io.muster.core.CauseId;
import io.muster.wire.Output;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Writes every step of a core to a ring of files, each of which replays by itself ([Segment], [Replay]).
///
/// The loop encodes - a payload beyond the limit to its length and hash - and a thread of this class
/// writes. Between them lies a queue bounded in octets. When the disk is too slow or fails, the rest of
/// a segment is given up and a new one, with a new image, begins as soon as there is room: a segment
/// never lacks a step in its middle. Likewise when there is more to record than the limit says: then
/// only steps worth noting are written, to be read and not to be replayed, until there is time again or
/// one of them comes. The files are mode 0600, and at most `segments` of them exist, the oldest dropped
/// first.
///
/// A core whose days are all alike, but for a moment that somebody will ask about, is recorded on trial
/// ([Limits#onTrial]): a segment and the one before it stay in memory until a step worth noting comes,
/// and go to the disk with it, or make room for the next. So the ring of files holds what led to such
/// moments, however long ago.
///
/// Thread: [#before] and [#after] on the loop, [#close] from any.
public final class FlightRecorder<E, F> implements Recorder<E, F>, AutoCloseable {
    private static final long RETRY_MS = 10_000;
    private static final long BURST_SEC = 10;

    /// Between two looks of the writer: a quiet core's steps are written some at a time, which costs an
    /// idle node less. Lost with a process that is killed; one that ends for a fault writes them.
    private static final long PAUSE_MS = 250;

    /// How much to keep.
    ///
    /// @param segments most files
    /// @param segmentOctets how much follows a file's image before the file ends
    /// @param queueOctets most octets waiting to be written
    /// @param payloadLimit longest octets kept whole in effects, and in events unless `wholeEvents`
    /// @param wholeEvents for a core that looks into its payloads
    /// @param octetsPerSec more than this for some seconds, and detail is given up; 0 for any amount
    /// @param trial segments are written only with a step worth noting in them or in the one that follows
    public record Limits(
            int segments,
            int segmentOctets,
            int queueOctets,
            int payloadLimit,
            boolean wholeEvents,
            int octetsPerSec,
            boolean trial) {
        public static final Limits DEFAULT = new Limits(8, 4 << 20, 8 << 20, 256);

        public Limits(
                int segments,
                int segmentOctets,
                int queueOctets,
                int payloadLimit,
                boolean wholeEvents,
                int octetsPerSec) {
            this(segments, segmentOctets, queueOctets, payloadLimit, wholeEvents, octetsPerSec, false);
        }

        public Limits(int segments, int segmentOctets, int queueOctets, int payloadLimit) {
            this(segments, segmentOctets, queueOctets, payloadLimit, false, 0);
        }

        /// For a daemon whose core reads all it is given and takes few steps.
        public static Limits whole(int segments, int segmentOctets) {
            return new Limits(segments, segmentOctets, 8 << 20, 256, true, 0);
        }

        /// For a daemon whose core reads all it is given, does the same all day, and is asked about one
        /// moment of it.
        public static Limits onTrial(int segments, int segmentOctets) {
            return new Limits(segments, segmentOctets, 8 << 20, 256, true, 0, true);
        }
    }

    /// What goes to the writer: octets of the present segment, or of a new one.
    ///
    /// @param opens number of the segment that begins with it, 0 for none, -1 for the end
    private record Chunk(byte[] octets, long opens) {}

    private static final Chunk END = new Chunk(new byte[0], -1);

    private final Path directory;
    private final Recordable<E, F> core;
    private final Limits limits;
    private final LinkedBlockingQueue<Chunk> queue = new LinkedBlockingQueue<>();
    private final AtomicLong waiting = new AtomicLong();
    private final Thread writer;
    private final AtomicLong given = new AtomicLong();

    /// On trial: this segment, and the one before it unless that was written.
    private List<Chunk> held = new ArrayList<>();
    private List<Chunk> heldBefore = List.of();
    private boolean holding;

    private long nextNumber;
    private long segmentOctets;
    private boolean recording;
    private boolean sparse;
    private long budget;
    private long budgetMs = Long.MIN_VALUE;
    private boolean broken;
    private long retryAtMs = Long.MIN_VALUE;
    private volatile boolean writerFailed;
    private volatile boolean closing;

    private FlightRecorder(Path directory, Recordable<E, F> core, Limits limits, long firstNumber) {
        this.directory = directory;
        this.core = core;
        this.limits = limits;
        this.nextNumber = firstNumber;
        writer = Thread.ofPlatform().daemon().name(core.name() + "-record").unstarted(this::write);
    }

    /// Begins a record, after those an earlier process has left in the directory.
    public static <E, F> FlightRecorder<E, F> open(Path directory, Recordable<E, F> core, Limits limits)
            throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var recorder = new FlightRecorder<>(directory, core, limits, SegmentFiles.next(directory));
        recorder.writer.start();
        return recorder;
    }

    @Override
    public void before(long nowMs) {
        if (broken) {
            return;
        }
        if (writerFailed) {
            writerFailed = false;
            recording = false;
            retryAtMs = nowMs + RETRY_MS;
        }
        if (limits.octetsPerSec > 0) {
            refill(nowMs);
        }
        if (sparse ? budget <= mostBudget() / 2 : recording && segmentOctets < limits.segmentOctets) {
            return;
        }
        boolean room = waiting.get() < limits.queueOctets / 2;
        if (!recording && (!room || nowMs < retryAtMs)) {
            return;
        }
        try {
            openSegment();
        } catch (RuntimeException e) {
            giveUp(e);
        }
    }

    @Override
    public void after(long nowMs, CauseId id, CauseId parent, E event, List<F> effects) {
        if (!recording) {
            return;
        }
        try {
            boolean notable = (sparse || holding) && core.notable(event, effects);
            if (sparse && !notable) {
                return;
            }
            var out = new Output(128);
            boolean whole = core.codec()
                    .encode(out, event, limits.wholeEvents && !sparse ? Integer.MAX_VALUE : limits.payloadLimit);
            boolean decidable = whole && !sparse && core.decidable(event, effects);
            long hash = decidable ? EffectsHash.of(core.codec(), effects, limits.payloadLimit) : 0;
            hand(Segment.encodeEntry(new Segment.Entry(nowMs, id, parent, hash, decidable, out.toBytes())), 0);
            if (holding && notable) {
                release();
            }
            if (sparse && notable) {
                budget = mostBudget();
            } else if (!decidable) {
                // What the image of the next segment holds can't be had from this event.
                segmentOctets = limits.segmentOctets;
            } else if (limits.octetsPerSec > 0 && budget < 0 && recording) {
                openSparse();
            }
        } catch (RuntimeException e) {
            giveUp(e);
        }
    }

    /// Writes what is queued, for at most two seconds. Only after the driver has been closed.
    @Override
    public void close() {
        closing = true;
        if (holding && !broken) {
            release();
        }
        queue.add(END);
        LockSupport.unpark(writer);
        try {
            writer.join(2_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Steps that couldn't be recorded end segments; this is how many segments ended so.
    public long givenUp() {
        return given.get();
    }

    private long mostBudget() {
        return limits.octetsPerSec * BURST_SEC;
    }

    private void refill(long nowMs) {
        if (budgetMs == Long.MIN_VALUE) {
            budget = mostBudget();
        } else {
            budget = Math.min(mostBudget(), budget + limits.octetsPerSec * (nowMs - budgetMs) / 1000);
        }
        budgetMs = nowMs;
    }

    /// Goes on in the same file without detail: what follows there can only be read.
    private void openSparse() {
        sparse = true;
        given.incrementAndGet();
    }

    private void openSegment() {
        sparse = false;
        var image = new Output(4096);
        core.codec().encode(image, core.image(), Integer.MAX_VALUE);
        long number = nextNumber++;
        byte[] head = Segment.encodeHead(
                number,
                core.name(),
                System.currentTimeMillis(),
                limits.payloadLimit,
                core.codec().dictionary(),
                image.toBytes());
        recording = true;
        if (limits.trial) {
            heldBefore = holding ? held : List.of();
            held = new ArrayList<>();
            holding = true;
        }
        hand(head, number);
        // What follows the image counts: one that is large by itself mustn't end its segment at once.
        segmentOctets = 0;
    }

    /// What was on trial is worth keeping, and so is what follows in this segment.
    private void release() {
        holding = false;
        long present = segmentOctets;
        var both = new ArrayList<>(heldBefore);
        both.addAll(held);
        heldBefore = List.of();
        held = new ArrayList<>();
        for (Chunk chunk : both) {
            if (recording) {
                hand(chunk.octets, chunk.opens);
            }
        }
        segmentOctets = present;
    }

    private void hand(byte[] octets, long opens) {
        if (holding) {
            segmentOctets += octets.length;
            held.add(new Chunk(octets, opens));
            return;
        }
        // A segment's head always fits: it is only made when there is room.
        if (opens == 0 && waiting.get() + octets.length > limits.queueOctets) {
            recording = false;
            given.incrementAndGet();
            return;
        }
        waiting.addAndGet(octets.length);
        segmentOctets += octets.length;
        budget -= octets.length;
        queue.add(new Chunk(octets, opens));
    }

    private void giveUp(RuntimeException reason) {
        // A recorder may fail; the daemon it records may not fail with it.
        broken = true;
        recording = false;
        DaemonLog.get().error("{}: no flight record from here on", core.name(), reason);
    }

    private void write() {
        OutputStream out = null;
        boolean lost = false;
        try {
            while (true) {
                Chunk chunk = queue.poll();
                if (chunk == null) {
                    lost |= !flush(out);
                    chunk = queue.take();
                    // More will come with it, or soon: all of that is one write.
                    if (chunk.opens >= 0 && !closing) {
                        LockSupport.parkNanos(PAUSE_MS * 1_000_000);
                    }
                }
                if (chunk.opens < 0) {
                    break;
                }
                waiting.addAndGet(-chunk.octets.length);
                try {
                    if (chunk.opens != 0) {
                        close(out);
                        out = null;
                        lost = false;
                        out = create(chunk.opens);
                    }
                    if (out != null && !lost) {
                        out.write(chunk.octets);
                    }
                } catch (IOException e) {
                    lost = true;
                    writerFailed = true;
                    DaemonLog.get().warn("{}: flight record: {}", directory, e.toString());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(out);
        }
    }

    private boolean flush(@Nullable OutputStream out) {
        try {
            if (out != null) {
                out.flush();
            }
            return true;
        } catch (IOException e) {
            writerFailed = true;
            DaemonLog.get().warn("{}: flight record: {}", directory, e.toString());
            return false;
        }
    }

    private OutputStream create(long number) throws IOException {
        SegmentFiles.keepNewest(directory, limits.segments - 1);
        Path file = SegmentFiles.file(directory, number);
        return new BufferedOutputStream(Channels.newOutputStream(FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))));
    }

    private static void close(@Nullable OutputStream out) {
        if (out != null) {
            try {
                out.close();
            } catch (IOException e) {
                DaemonLog.get().warn("flight record: {}", e.toString());
            }
        }
    }
}
