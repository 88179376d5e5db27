package io.muster.bed.guest;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.muster.bed.root.Root;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// A class of tests that all run in one guest, each of its lines `ok NAME detail`, `not ok NAME reason`
/// or `skip NAME reason` a test. All other lines are context, shown with the failure before or after
/// them. The last test is that the guest ended as it should and had something to say.
@Tag("lab")
abstract class LabScenarios {
    private static final int CONTEXT_LINES = 60;

    /// What runs in the guest.
    abstract List<String> command();

    /// How long all of it may take in user-mode Linux, booting apart.
    abstract int limitMs();

    Lab lab() {
        return Lab.usual().root("ipvsadm");
    }

    /// A shell script of `src/test/lab`, with arguments.
    static List<String> script(String name, String... arguments) {
        Path home = Path.of(System.getProperty("muster.home", ".."));
        Path script = home.resolve("system-tests/src/test/lab")
                .resolve(name)
                .toAbsolutePath()
                .normalize();
        return Stream.concat(Stream.of("bash", script.toString()), Stream.of(arguments))
                .toList();
    }

    @TestFactory
    Stream<DynamicTest> inTheGuest() {
        Optional<String> absence = Lab.absence();
        assumeTrue(absence.isEmpty(), () -> "no lab: " + absence.orElse(""));
        Root.absence("ipvsadm").ifPresent(why -> assumeTrue(false, why));
        LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Lab lab = lab();
        LabRun run = lab.start(limitMs(), lines::add, command().toArray(String[]::new));
        Lines results = new Lines(lines, run);
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(results, Spliterator.ORDERED), false)
                .onClose(run::close);
    }

    /// Makes a test of each result as it comes; of a failed one when the next comes, because witnesses speak after it.
    private static final class Lines implements Iterator<DynamicTest> {
        private final LinkedBlockingQueue<String> lines;
        private final LabRun run;
        private final Deque<String> context = new ArrayDeque<>();
        private final Deque<DynamicTest> ready = new ArrayDeque<>();
        private String failure = "";
        private int results;
        private boolean failed;
        private boolean ended;

        Lines(LinkedBlockingQueue<String> lines, LabRun run) {
            this.lines = lines;
            this.run = run;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && !ended) {
                boolean over = run.over();
                String line = take();
                if (line != null) {
                    read(line);
                } else if (over) {
                    ended = true;
                    finishFailure();
                    ready.add(theEnd());
                }
            }
            return !ready.isEmpty();
        }

        @Override
        public DynamicTest next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return ready.remove();
        }

        private String take() {
            try {
                return lines.poll(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                run.close();
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a guest ran", e);
            }
        }

        private void read(String line) {
            if (line.startsWith("ok ")) {
                begin();
                // What was measured stands in the name: of a test that went well the report shows nothing else.
                ready.add(dynamicTest(line.substring(3).replaceFirst(" ", ": "), () -> {}));
            } else if (line.startsWith("skip ")) {
                begin();
                ready.add(dynamicTest(nameIn(line.substring(5)), () -> abort(line.substring(5))));
            } else if (line.startsWith("not ok ")) {
                List<String> before = List.copyOf(context);
                begin();
                failed = true;
                failure = line.substring(7);
                context.addAll(before);
            } else {
                context.add(line);
                if (context.size() > CONTEXT_LINES) {
                    context.remove();
                }
            }
        }

        private void begin() {
            finishFailure();
            results++;
            context.clear();
        }

        private void finishFailure() {
            if (!failure.isEmpty()) {
                String text = failure.substring(failure.indexOf(' ') + 1) + "\n" + String.join("\n", context);
                ready.add(dynamicTest(nameIn(failure), () -> fail(text)));
                failure = "";
            }
        }

        private static String nameIn(String result) {
            return result.replaceFirst(" .*", "");
        }

        private DynamicTest theEnd() {
            LabResult result = run.result();
            return dynamicTest("theGuestEndedWell", () -> {
                // A guest that said "not ok" ends with status 1; its failure has been told.
                boolean told = failed && result.status() == 1;
                if (results == 0 || !result.ok() && !told) {
                    fail("status " + result.status() + " after " + results + " results\n" + result.complaint()
                            + String.join("\n", context));
                }
            });
        }
    }
}
