package io.muster.bed.node;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What happened, in plain words and milliseconds since the beginning of the trouble, told while it happens.
///
/// The source is what the daemons themselves write into their logs, the power controller's record and the client's.
///
/// Thread: one at a time.
final class Story {
    /// A kind of event, in the order in which a fail-over goes through them.
    enum Step {
        TROUBLE,
        SILENCE,
        MEMBERSHIP,
        INQUORATE,
        FENCING,
        FENCED,
        STOPPING,
        STARTING,
        LISTED,
        STARTED,
        SERVED,
        BACK
    }

    /// @param ms since the trouble began
    /// @param who the node (or `client`, `switch`) whose word it is
    record Event(double ms, Step step, String who, String text) {
        Map<String, Object> json() {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("ms", ms);
            all.put("step", step.name().toLowerCase(Locale.ROOT));
            all.put("who", who);
            all.put("text", text);
            return all;
        }
    }

    /// @param words what is shown; `$1` and so on are the pattern's groups
    /// @param once only the first node's word is told
    private record Rule(Step step, Pattern pattern, String words, boolean once) {
        static Rule of(Step step, String pattern, String words, boolean once) {
            return new Rule(step, Pattern.compile(pattern), words, once);
        }
    }

    private static final List<Rule> RULES = List.of(
            Rule.of(
                    Step.SILENCE,
                    "OPERATIONAL -> GATHER: (token lost.*)",
                    "the token has stopped coming round; asking who is there",
                    true),
            Rule.of(Step.MEMBERSHIP, "RECOVERY -> OPERATIONAL: .*?members ([0-9,]+).*", "new membership: $1", false),
            Rule.of(Step.INQUORATE, "quorum lost, blocking activity", "has lost quorum", false),
            Rule.of(Step.FENCING, "fencing node (\\S+)$", "fences $1", true),
            Rule.of(Step.FENCED, "fence (\\S+) success", "$1 is proven harmless", true),
            Rule.of(Step.STOPPING, "stopping all services on this node", "stops its services", false),
            Rule.of(Step.STARTING, "service:(\\S+) \\S+ -> starting: .*owner (\\d+)", "$1 is to run on node $2", true),
            Rule.of(
                    Step.LISTED,
                    "ledger with \\[.+] written in ([0-9.]+) ms",
                    "$1 ms to write down what it starts",
                    true),
            Rule.of(Step.STARTED, "service:(\\S+) starting -> started.*owner (\\d+)", "$1 runs on node $2", true));

    private final LogWatch logs;
    private final PrintStream out;
    private final Instant began;
    private final long beganNanos;
    private final List<Event> events = new ArrayList<>();
    private final Set<LogWatch.Line> seen = new HashSet<>();

    Story(LogWatch logs, PrintStream out) {
        this.logs = logs;
        this.out = out;
        this.began = Instant.now();
        this.beganNanos = System.nanoTime();
    }

    long beganNanos() {
        return beganNanos;
    }

    Instant began() {
        return began;
    }

    /// Tells something of one's own.
    void tell(Step step, String who, long atNanos, String text) {
        add(new Event((atNanos - beganNanos) / 1e6, step, who, text));
    }

    /// Tells what the logs have said since the last call.
    void follow(List<TestNode> of) {
        for (LogWatch.Line line : logs.since(began)) {
            if (of.contains(line.node()) && seen.add(line)) {
                for (Rule rule : RULES) {
                    Matcher hit = rule.pattern().matcher(line.text());
                    if (hit.find()) {
                        String words = hit.group().replaceAll(rule.pattern().pattern(), rule.words());
                        boolean told = rule.once() && first(rule.step()) != null;
                        if (!told) {
                            double ms = Duration.between(began, line.at()).toNanos() / 1e6;
                            add(new Event(
                                    Math.max(0, ms), rule.step(), line.node().name(), words));
                        }
                        break;
                    }
                }
            }
        }
    }

    private void add(Event event) {
        events.add(event);
        out.printf(Locale.ROOT, "  %7.0f ms  %-7s %s%n", event.ms(), event.who(), event.text());
        out.flush();
    }

    List<Event> events() {
        return List.copyOf(events);
    }

    @Nullable
    Event first(Step step) {
        for (Event event : events) {
            if (event.step() == step) {
                return event;
            }
        }
        return null;
    }
}
