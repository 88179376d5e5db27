package io.muster.bed.node;

import io.muster.bed.Jvm;
import io.muster.bed.Shell;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the client of the testbed sees of the service: a [WebPoller] in the client's network, and a record of its
/// answers.
///
/// Thread: any.
public final class WebClient implements AutoCloseable {
    /// One answer.
    ///
    /// @param askedNanos when the request left, monotonic
    /// @param answeredNanos when its answer was there, monotonic
    /// @param node the body: the name of the node that answered
    public record Answer(long askedNanos, long answeredNanos, String node) {}

    /// A time without an answer.
    ///
    /// @param lastBefore the last answer before it
    /// @param firstAfter the answer that ended it
    public record Outage(Answer lastBefore, Answer firstAfter) {
        public double ms() {
            return (firstAfter.answeredNanos() - lastBefore.answeredNanos()) / 1e6;
        }
    }

    private final Process poller;
    private final List<Answer> answers = new ArrayList<>();

    private WebClient(Process poller) {
        this.poller = poller;
    }

    public static WebClient start(Testbed testbed, String address, int port, int periodMs) throws IOException {
        List<String> command = testbed.client()
                .inside(List.of(
                        Jvm.java(),
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Jvm.classPath(),
                        WebPoller.class.getName(),
                        address,
                        Integer.toString(port),
                        Integer.toString(periodMs)));
        Process poller = Shell.builder(Map.of(), command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        testbed.dir.resolve("client.log").toFile()))
                .start();
        WebClient client = new WebClient(poller);
        BufferedReader reader = poller.inputReader(StandardCharsets.UTF_8);
        Thread.ofVirtual().start(() -> client.read(reader));
        return client;
    }

    private void read(BufferedReader reader) {
        try {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] words = line.split(" ", 3);
                add(new Answer(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]));
            }
        } catch (IOException e) {
            // The poller was told to end.
            System.getLogger("client").log(System.Logger.Level.DEBUG, e.getMessage());
        }
    }

    private synchronized void add(Answer answer) {
        // A request that waited longer than its neighbours is answered out of order; the record is by time of answer.
        answers.add(answer);
        notifyAll();
    }

    synchronized List<Answer> answers() {
        return List.copyOf(answers);
    }

    /// Waits for an answer to a request that left after `sinceNanos`.
    ///
    /// @return the first such answer, or null when there was none in time
    public synchronized @Nullable Answer await(long sinceNanos, int limitMs) {
        return await(sinceNanos, limitMs, null);
    }

    /// The same, of one node.
    public synchronized @Nullable Answer await(long sinceNanos, int limitMs, @Nullable String node) {
        long end = System.nanoTime() + limitMs * 1_000_000L;
        int seen = 0;
        while (true) {
            for (; seen < answers.size(); seen++) {
                Answer answer = answers.get(seen);
                if (answer.askedNanos() - sinceNanos >= 0
                        && (node == null || answer.node().equals(node))) {
                    return answer;
                }
            }
            long left = (end - System.nanoTime()) / 1_000_000L;
            if (left <= 0) {
                return null;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
    }

    /// The longest time without an answer that ended after `sinceNanos`.
    public synchronized @Nullable Outage worstOutage(long sinceNanos) {
        Outage worst = null;
        for (int i = 1; i < answers.size(); i++) {
            Outage gap = new Outage(answers.get(i - 1), answers.get(i));
            if (gap.firstAfter().answeredNanos() - sinceNanos > 0 && (worst == null || gap.ms() > worst.ms())) {
                worst = gap;
            }
        }
        return worst;
    }

    @Override
    public void close() {
        poller.descendants().forEach(ProcessHandle::destroyForcibly);
        poller.destroyForcibly();
    }
}
