package io.muster.bed.node;

import io.muster.bed.Await;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One death (or cut) of a service's owner, measured from outside: by the logs of the survivors, the record of the
/// power controller and the client that goes on asking.
public final class Failover {
    /// How the owner is lost.
    public enum Kind {
        PLUG,
        CUT
    }

    /// All times in milliseconds; NaN for what was not seen.
    ///
    /// @param detectMs from the loss to the new membership on a survivor
    /// @param fenceMs from there until the lost node was proven harmless
    /// @param startMs from there until the client was served again
    /// @param ledgerMs of it, how long the new owner took to write down durably that it starts the service
    /// @param outageMs the longest time without an answer, as the client saw it
    public record Result(
            String ownerBefore,
            String ownerAfter,
            double detectMs,
            double fenceMs,
            double startMs,
            double ledgerMs,
            double outageMs,
            List<Story.Event> events) {
        public Map<String, Object> json(int nodes) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("nodes", nodes);
            all.put("detect_ms", detectMs);
            all.put("fence_ms", fenceMs);
            all.put("start_ms", startMs);
            all.put("ledger_ms", ledgerMs);
            all.put("outage_ms", outageMs);
            all.put("owner_before", ownerBefore);
            all.put("owner_after", ownerAfter);
            all.put("events", events.stream().map(Story.Event::json).toList());
            return all;
        }
    }

    private final Cluster cluster;
    private final LogWatch logs;
    private final WebClient client;

    public Failover(Cluster cluster, LogWatch logs, WebClient client) {
        this.cluster = cluster;
        this.logs = logs;
        this.client = client;
    }

    /// @throws IllegalStateException when nobody answers before, or nobody again within `limitMs`
    public Result run(Kind kind, int limitMs, PrintStream out) {
        WebClient.Answer before = client.await(System.nanoTime() - 200_000_000L, 5_000);
        if (before == null) {
            throw new IllegalStateException("the service doesn't answer");
        }
        TestNode owner = cluster.testbed.node(before.node());
        List<TestNode> survivors = new ArrayList<>(cluster.testbed.nodes());
        survivors.remove(owner);
        int requests = cluster.testbed.power().requests().size();
        Story story = new Story(logs, out);
        if (kind == Kind.PLUG) {
            story.tell(Story.Step.TROUBLE, owner.name(), System.nanoTime(), "the plug is pulled");
            if (!owner.powerOff()) {
                throw new IllegalStateException(owner.name() + " would not die");
            }
        } else {
            story.tell(Story.Step.TROUBLE, owner.name(), System.nanoTime(), "is cut off from the others");
            cluster.testbed.cut(List.of(owner));
        }
        List<TestNode> witnesses = kind == Kind.PLUG ? survivors : cluster.testbed.nodes();
        WebClient.Answer again = null;
        long end = System.nanoTime() + limitMs * 1_000_000L;
        while (again == null && System.nanoTime() - end < 0) {
            again = client.await(story.beganNanos() + 20_000_000L, 10);
            again = again != null && again.node().equals(owner.name()) ? otherThan(owner, story) : again;
            requests = tellRequests(story, requests);
            story.follow(witnesses);
        }
        if (again == null) {
            throw new IllegalStateException("nobody has answered for " + limitMs + " ms after the loss of "
                    + owner.name() + "; logs: " + cluster.testbed.dir);
        }
        WebClient.Outage outage = client.worstOutage(story.beganNanos());
        // The last lines of the logs may still be on their way.
        Await.until(600, () -> {
            story.follow(witnesses);
            return story.first(Story.Step.STARTED) != null;
        });
        tellRequests(story, requests);
        story.tell(Story.Step.SERVED, "client", again.answeredNanos(), "is served again, by " + again.node());
        return result(story, owner, again, outage);
    }

    private WebClient.@Nullable Answer otherThan(TestNode owner, Story story) {
        for (TestNode node : cluster.testbed.nodes()) {
            if (!node.name().equals(owner.name())) {
                WebClient.Answer answer = client.await(story.beganNanos(), 0, node.name());
                if (answer != null) {
                    return answer;
                }
            }
        }
        LockSupport.parkNanos(5_000_000L);
        return null;
    }

    private int tellRequests(Story story, int told) {
        List<PowerController.Request> all = cluster.testbed.power().requests();
        for (PowerController.Request request : all.subList(told, all.size())) {
            story.tell(
                    Story.Step.FENCING,
                    "switch",
                    request.atNanos(),
                    "is asked to switch " + request.node() + " " + request.action());
        }
        return all.size();
    }

    private static Result result(
            Story story, TestNode owner, WebClient.Answer again, WebClient.@Nullable Outage outage) {
        double membership = at(story, Story.Step.MEMBERSHIP);
        double fenced = at(story, Story.Step.FENCED);
        double served = (again.answeredNanos() - story.beganNanos()) / 1e6;
        List<Story.Event> events = story.events().stream()
                .sorted(java.util.Comparator.comparingDouble(Story.Event::ms))
                .toList();
        return new Result(
                owner.name(),
                again.node(),
                membership,
                fenced - membership,
                served - fenced,
                ledger(story),
                outage == null ? Double.NaN : outage.ms(),
                events);
    }

    private static double ledger(Story story) {
        Story.Event event = story.first(Story.Step.LISTED);
        return event == null ? Double.NaN : Double.parseDouble(event.text().split(" ")[0]);
    }

    private static double at(Story story, Story.Step step) {
        Story.Event event = story.first(step);
        return event == null ? Double.NaN : event.ms();
    }
}
