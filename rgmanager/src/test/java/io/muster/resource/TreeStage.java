package io.muster.resource;

import io.muster.resource.TreeEffect.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// A [TreeRun] with agents that act as they are told, each taking a second, in virtual time. What
/// happens is written down line by line.
final class TreeStage {
    private record Ending(long atMs, long order, long call, int status) {}

    private static final long WRITES = -1_000_000;

    private TreeRun run = new TreeRun();
    private final SortedMap<String, Optional<ResourceNode>> ledger = new TreeMap<>();
    private boolean tellsLedger;
    private String problem = "";
    private SortedSet<String> lacking = Collections.emptySortedSet();
    private SortedMap<String, String> unfit = Collections.emptySortedMap();
    private final Map<String, Integer> statuses = new TreeMap<>();
    private final Map<String, Long> hanging = new TreeMap<>();
    private final PriorityQueue<Ending> endings =
            new PriorityQueue<>(Comparator.comparingLong(Ending::atMs).thenComparingLong(Ending::order));
    private final List<String> told = new ArrayList<>();
    private final Map<Long, TreeResult> results = new TreeMap<>();
    private final Map<String, TreeEffect.CallAgent> calls = new TreeMap<>();
    private boolean quorate = true;
    private boolean silent;
    private long question;
    private long tickets;
    private long order;
    private long nowMs;

    /// How an agent ends from now on: `start ip:10.0.0.1` with this status; a negative one for an agent
    /// that hangs.
    void agent(String call, int status) {
        statuses.put(call, status);
    }

    /// Whether cman says that this node is quorate.
    void quorate(boolean yes) {
        quorate = yes;
    }

    /// Whether cman doesn't say anything.
    void silent(boolean yes) {
        silent = yes;
    }

    /// What is written to the ledger is told, too.
    void tellLedger() {
        tellsLedger = true;
    }

    /// Whether the ledger can be written.
    void ledgerFull(boolean full) {
        problem = full ? "no space left" : "";
    }

    /// Of these services something can't be built, from the next configuration on.
    void incomplete(String... services) {
        lacking = new TreeSet<>(List.of(services));
    }

    /// This service has a resource that can't be run, from the next configuration on.
    void unfit(String service, String why) {
        unfit = new TreeMap<>(Map.of(service, why));
    }

    SortedMap<String, Optional<ResourceNode>> ledger() {
        return ledger;
    }

    /// The daemon is killed and started again. Agents at work go on and are told to nobody.
    void restart(boolean ledgerLost) {
        run = new TreeRun();
        endings.clear();
        post(new TreeEvent.Listed(ledgerLost, ledgerLost ? new TreeMap<>() : ledger));
    }

    /// Only time passes.
    void tick(long ms) {
        pass(ms);
        post(new TreeEvent.Tick());
        play();
    }

    /// An agent that hung ends after all.
    void end(String call, int status) {
        Long number = hanging.remove(call);
        if (number == null) {
            throw new IllegalArgumentException("no agent hangs in " + call);
        }
        post(new TreeEvent.AgentEnded(number, status, 1000));
    }

    long ask(String service, Operation operation) {
        post(new TreeEvent.Run(++tickets, service, operation));
        return tickets;
    }

    long stopEverything() {
        post(new TreeEvent.StopEverything(++tickets));
        return tickets;
    }

    void configure(String rm) {
        post(new TreeEvent.Configure(Agents.services(rm), lacking, unfit));
    }

    /// The last question that was asked is answered now.
    void answer(boolean yes) {
        post(new TreeEvent.MayStart(question, yes));
    }

    /// Asks and waits for the end.
    TreeResult perform(String service, Operation operation) {
        long ticket = ask(service, operation);
        play();
        TreeResult result = results.get(ticket);
        if (result == null) {
            throw new IllegalStateException(operation + " on " + service + " hasn't ended: " + told);
        }
        return result;
    }

    void post(TreeEvent event) {
        for (TreeEffect effect : run.on(event, nowMs)) {
            perform(effect);
        }
    }

    private void perform(TreeEffect effect) {
        switch (effect) {
            case TreeEffect.AskQuorum(long number, String _) -> {
                question = number;
                if (silent) {
                    tell("quorate?");
                } else {
                    // As from cman: later, but before any agent.
                    endings.add(new Ending(nowMs, ++order, -number, quorate ? 1 : 0));
                }
            }
            case TreeEffect.CallAgent call -> {
                String name = call.action() + " " + call.label();
                tell(call.depth() == 0 ? name : name + " at depth " + call.depth());
                calls.put(name, call);
                int status = statuses.getOrDefault(name, 0);
                if (status < 0) {
                    hanging.put(name, call.call());
                } else {
                    endings.add(new Ending(nowMs + 1000, ++order, call.call(), status));
                }
            }
            case TreeEffect.Done(long ticket, TreeResult result) -> {
                results.put(ticket, result);
                tell("done: " + text(result));
            }
            case TreeEffect.StoppedEverything(long ticket, List<String> unclean) -> {
                results.put(ticket, new TreeResult(unclean.isEmpty(), false, String.join(" ", unclean), 0));
                tell(unclean.isEmpty() ? "everything is stopped" : "stopped but for " + String.join(" ", unclean));
            }
            case TreeEffect.WriteLedger(long write, SortedMap<String, Optional<ResourceNode>> services) -> {
                if (tellsLedger) {
                    tell("ledger: " + services.keySet());
                }
                boolean refused = !problem.isEmpty();
                if (!refused) {
                    ledger.clear();
                    ledger.putAll(services);
                }
                endings.add(new Ending(nowMs, ++order, WRITES - write, refused ? 1 : 0));
            }
            case TreeEffect.Log(Level level, String text) -> {
                if (level.compareTo(Level.WARN) >= 0 || text.contains("repaired")) {
                    tell("log: " + text);
                }
            }
        }
    }

    static String text(TreeResult result) {
        if (!result.ok()) {
            return "failed at " + result.failed() + " with status " + result.status();
        }
        return result.partial() ? "good in part" : "good";
    }

    private void tell(String what) {
        told.add("%4ds %s".formatted(nowMs / 1000, what));
    }

    /// Until nothing but hanging agents are left.
    void play() {
        playUntil(Long.MAX_VALUE);
    }

    /// Until so much time has passed.
    void pass(long ms) {
        long until = nowMs + ms;
        playUntil(until);
        nowMs = until;
    }

    private void playUntil(long untilMs) {
        while (!endings.isEmpty() && endings.peek().atMs() <= untilMs) {
            Ending next = endings.remove();
            nowMs = Math.max(nowMs, next.atMs());
            post(
                    next.call() <= WRITES
                            ? new TreeEvent.Written(WRITES - next.call(), next.status() == 0 ? "" : "no space left")
                            : next.call() < 0
                                    ? new TreeEvent.MayStart(-next.call(), next.status() == 1)
                                    : new TreeEvent.AgentEnded(next.call(), next.status(), 1000));
        }
    }

    /// What happened since the last time.
    List<String> told() {
        var lines = List.copyOf(told);
        told.clear();
        return lines;
    }

    /// The agents called since the last time, without the times.
    List<String> called() {
        return told().stream()
                .map(line -> line.replaceFirst("^ *\\d+s ", ""))
                .filter(line -> line.matches("(start|stop|status|recover|reconfig|migrate) .*"))
                .toList();
    }

    /// The last call of this name.
    TreeEffect.CallAgent call(String name) {
        TreeEffect.CallAgent call = calls.get(name);
        if (call == null) {
            throw new IllegalArgumentException("never called: " + name);
        }
        return call;
    }

    TreeResult result(long ticket) {
        return results.getOrDefault(ticket, new TreeResult(false, false, "not ended", -1));
    }
}
