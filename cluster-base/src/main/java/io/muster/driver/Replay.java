package io.muster.driver;

import io.muster.cli.Command;
import io.muster.cli.Getopt;
import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `muster replay [-p] [-d] [-w ID|WORD] FILE|DIRECTORY...`: feeds a flight record to the same core and
/// compares what it decides. 0 if every step decides the same, 1 if not or if there is nothing to replay.
public final class Replay implements Command {
    private static final String USAGE = """
            Usage: replay [options] FILE|DIRECTORY...
              -p       print each event
              -d       print each event that decided something, and what
              -w ID    print why event ID happened: the events that led to it
              -w WORD  print when and why something changed: "role" in a record of pulse, "servers" in
                       one of lvsd
              -h       print this help, then exit
            """;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Map<String, ReplayFactory> factories = new LinkedHashMap<>();

    /// With the cores that are on the class path.
    public Replay() {
        this(ServiceLoader.load(ReplayFactory.class));
    }

    Replay(Iterable<ReplayFactory> known) {
        known.forEach(factory -> factories.put(factory.name(), factory));
    }

    public static void main(String[] args) {
        Command.main(new Replay(), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        boolean print = false;
        boolean decided = false;
        String why = null;
        var options = new Getopt("replay", args, "pdw:h", err);
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            switch (c) {
                case 'p' -> print = true;
                case 'd' -> decided = true;
                case 'w' -> why = options.argument();
                case 'h' -> {
                    out.print(USAGE);
                    return 0;
                }
                default -> {
                    err.print(USAGE);
                    return 1;
                }
            }
        }
        if (options.operands().isEmpty()) {
            err.print(USAGE);
            return 1;
        }
        try {
            List<Segment> segments = read(options.operands());
            if (why == null) {
                return replay(segments, print, decided, out, err);
            }
            Supplier<Teller> answer = questions(segments).get(why);
            return answer != null ? tell(segments, answer.get(), out, err) : why(segments, why, out, err);
        } catch (NoSuchFileException e) {
            err.println("replay: " + e.getFile() + ": no such file or directory");
            return 1;
        } catch (IOException | MalformedMessage e) {
            err.println("replay: " + e.getMessage());
            return 1;
        }
    }

    private List<Segment> read(List<String> operands) throws IOException, MalformedMessage {
        var segments = new ArrayList<Segment>();
        for (String operand : operands) {
            Path path = Path.of(operand);
            List<Path> files = Files.isDirectory(path) ? SegmentFiles.list(path) : List.of(path);
            for (Path file : files) {
                try {
                    segments.add(Segment.read(file));
                } catch (MalformedMessage e) {
                    throw new MalformedMessage(file + ": " + e.getMessage());
                }
            }
        }
        return segments;
    }

    /// What is done with the steps as they are decided again.
    private interface Visitor {
        /// It can't be decided again.
        void read(Segment.Entry entry, Object event);

        /// Before what it decides is compared.
        void decided(Segment segment, Segment.Entry entry, Object event, Core<?, ?> core, List<?> effects);
    }

    /// @param steps that decide as they were recorded
    /// @param read that can only be read
    private record Walked(long steps, long read) {}

    /// Feeds all steps to the core, until one decides otherwise than it did.
    ///
    /// @return empty when one does, or can't be decided: that was said then
    private Optional<Walked> walk(List<Segment> segments, Visitor visitor, PrintStream err) throws MalformedMessage {
        long steps = 0;
        long read = 0;
        for (Segment segment : segments) {
            ReplayFactory factory = factory(segment);
            Core<?, ?> core = restore(segment, factory);
            for (Segment.Entry entry : segment.entries()) {
                Object event = event(factory, entry);
                if (!entry.decidable()) {
                    visitor.read(entry, event);
                    read++;
                    core = null;
                    continue;
                }
                if (core == null) {
                    err.println("replay: segment " + segment.number() + " goes on after a step that can only be read");
                    return Optional.empty();
                }
                String difference = step(core, segment, factory, entry, event, visitor);
                if (difference != null) {
                    err.println("replay: segment " + segment.number() + ", step " + (steps + 1) + ", "
                            + describe(entry, event) + ": " + difference);
                    return Optional.empty();
                }
                steps++;
            }
        }
        return Optional.of(new Walked(steps, read));
    }

    private static Core<?, ?> restore(Segment segment, ReplayFactory factory) throws MalformedMessage {
        String place = "segment " + segment.number() + ": ";
        if (!(factory.codec().decode(new Input(segment.image())) instanceof Record image)) {
            throw new MalformedMessage(place + "its image isn't a record");
        }
        try {
            return factory.restore(image);
        } catch (MalformedMessage e) {
            throw new MalformedMessage(place + e.getMessage());
        } catch (RuntimeException e) {
            // A component that isn't what it is declared as: whatever damage makes of an image.
            throw new MalformedMessage(place + "not an image of " + segment.core() + ": " + e);
        }
    }

    /// @return what is different, null for nothing
    private static @Nullable String step(
            Core<?, ?> core,
            Segment segment,
            ReplayFactory factory,
            Segment.Entry entry,
            Object event,
            Visitor visitor) {
        List<?> effects;
        try {
            effects = decide(core, event, entry.nowMs());
        } catch (RuntimeException e) {
            return "the core breaks: " + e;
        }
        visitor.decided(segment, entry, event, core, effects);
        long hash = EffectsHash.of(factory.codec(), effects, segment.payloadLimit());
        return hash == entry.effectsHash() ? null : "it now decides " + effects;
    }

    private int replay(List<Segment> segments, boolean print, boolean decided, PrintStream out, PrintStream err)
            throws MalformedMessage {
        Optional<Walked> walked = walk(
                segments,
                new Visitor() {
                    @Override
                    public void read(Segment.Entry entry, Object event) {
                        if (print || decided) {
                            out.println(describe(entry, event));
                        }
                    }

                    @Override
                    public void decided(
                            Segment segment, Segment.Entry entry, Object event, Core<?, ?> core, List<?> effects) {
                        if (print || decided && !effects.isEmpty()) {
                            out.println(describe(entry, event));
                        }
                        if (decided) {
                            effects.forEach(effect -> out.println("    " + effect));
                        }
                    }
                },
                err);
        if (walked.isEmpty()) {
            return 1;
        }
        long steps = walked.get().steps();
        segments.stream()
                .filter(Segment::cut)
                .forEach(segment -> out.println(
                        "segment " + segment.number() + " ends in the middle of an entry: its process died"));
        sayRead(walked.get().read(), out);
        out.println(steps + " steps of " + segments.size() + " segments decide as they were recorded");
        return steps == 0 ? 1 : 0;
    }

    private static void sayRead(long read, PrintStream out) {
        if (read > 0) {
            out.println(read + " steps can only be read: they hold a secret, or came too fast to keep them all");
        }
    }

    @SuppressWarnings("unchecked")
    private static List<?> decide(Core<?, ?> core, Object event, long nowMs) {
        return ((Core<Object, Object>) core).on(event, nowMs);
    }

    private Map<String, Supplier<Teller>> questions(List<Segment> segments) throws MalformedMessage {
        return segments.isEmpty() ? Map.of() : factory(segments.getFirst()).questions();
    }

    /// What one record says to a question, as long as it decides as it did.
    private int tell(List<Segment> segments, Teller teller, PrintStream out, PrintStream err) throws MalformedMessage {
        var told = new AtomicLong();
        Optional<Walked> walked = walk(
                segments,
                new Visitor() {
                    @Override
                    public void read(Segment.Entry entry, Object event) {
                        // Nobody knows what it led to; how many there are is said at the end.
                    }

                    @Override
                    public void decided(
                            Segment segment, Segment.Entry entry, Object event, Core<?, ?> core, List<?> effects) {
                        String before = when(segment, entry) + " " + entry.id() + " ";
                        for (String line : teller.step(core, event, effects, entry.nowMs())) {
                            out.println(before + line);
                            before = "";
                            told.incrementAndGet();
                        }
                    }
                },
                err);
        if (walked.isEmpty()) {
            return 1;
        }
        sayRead(walked.get().read(), out);
        if (told.get() == 0) {
            out.println("nothing in this record changed it");
        }
        return 0;
    }

    private static String when(Segment segment, Segment.Entry entry) {
        long sinceMs = entry.nowMs() - segment.entries().getFirst().nowMs();
        return TIME.format(Instant.ofEpochMilli(segment.wallMs() + sinceMs));
    }

    private int why(List<Segment> segments, String id, PrintStream out, PrintStream err) throws MalformedMessage {
        Map<String, String> texts = new LinkedHashMap<>();
        Map<String, String> parents = new LinkedHashMap<>();
        for (Segment segment : segments) {
            ReplayFactory factory = factory(segment);
            for (Segment.Entry entry : segment.entries()) {
                texts.put(entry.id().toString(), describe(entry, event(factory, entry)));
                parents.put(entry.id().toString(), entry.parent().toString());
            }
        }
        if (!texts.containsKey(id)) {
            Set<String> words = new TreeSet<>(questions(segments).keySet());
            err.println("replay: no event " + id
                    + (words.isEmpty() ? "" : "; this record also answers " + String.join(", ", words)));
            return 1;
        }
        String at = id;
        for (int left = texts.size(); left > 0 && texts.containsKey(at); left--) {
            out.println(texts.get(at));
            at = parents.getOrDefault(at, "");
        }
        if (!at.equals(io.muster.core.CauseId.NONE.toString())) {
            out.println(at + " is not in this record");
        }
        return 0;
    }

    private ReplayFactory factory(Segment segment) throws MalformedMessage {
        ReplayFactory factory = factories.get(segment.core());
        if (factory == null) {
            throw new MalformedMessage("no core is called \"" + segment.core() + "\"");
        }
        if (!factory.codec().dictionary().equals(segment.dictionary())) {
            throw new MalformedMessage(
                    "segment " + segment.number() + " was written by another build of " + segment.core());
        }
        return factory;
    }

    private static Object event(ReplayFactory factory, Segment.Entry entry) throws MalformedMessage {
        Object event = factory.codec().decode(new Input(entry.event()));
        if (event == null) {
            throw new MalformedMessage("event " + entry.id() + " is null");
        }
        return event;
    }

    private static String describe(Segment.Entry entry, Object event) {
        return entry.nowMs() + " " + entry.id() + " <- " + entry.parent() + " " + event;
    }
}
