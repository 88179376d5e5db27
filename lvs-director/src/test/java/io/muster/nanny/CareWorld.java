package io.muster.nanny;

import io.muster.checks.Check;
import io.muster.checks.CheckResult;
import io.muster.checks.Rules;
import io.muster.checks.Target;
import io.muster.checks.TargetHealth.Force;
import io.muster.core.Core;
import io.muster.driver.Dice;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.function.UnaryOperator;

/// One server that comes and goes, a table that refuses or is silent, an operator, and a nanny, in virtual
/// time. What a nanny does is judged as it does it.
final class CareWorld {
    private record Due(long atMs, long order, Runnable what) {}

    final Dice dice;
    final Care.Settings settings;
    final Care care;
    final List<String> lines = new ArrayList<>();
    private final Core<CareEvent, CareEffect> driven;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::atMs).thenComparingLong(Due::order));
    long nowMs = 10_000;
    boolean good = true;
    boolean refuses;
    boolean silent;
    OptionalInt inTable = OptionalInt.empty();
    int status = -1;
    long endedMs;
    private String told = "unstarted";
    private boolean asked;
    private long order;
    private long armedMs = Long.MAX_VALUE;

    CareWorld(long seed, boolean quiesce, boolean fos, UnaryOperator<Core<CareEvent, CareEffect>> driver) {
        dice = new Dice(seed);
        IpAddress server = IpAddress.parse("10.11.12.1").orElseThrow();
        settings = new Care.Settings(
                new Target("TCP 192.168.26.10:80", server, 80),
                new Rules(new Check.Connect(server, 80, false), 1_000, 2_000, 64, dice.nextInt(3) == 0 ? 10 : 0),
                quiesce,
                fos);
        care = new Care(settings, new Dice(seed + 1));
        driven = driver.apply(care);
    }

    CareWorld start() {
        give(new CareEvent.Started(inTable));
        return this;
    }

    private void in(long ms, Runnable what) {
        queue.add(new Due(nowMs + ms, order++, what));
    }

    CareWorld run(long ms) {
        long end = nowMs + ms;
        while (!queue.isEmpty() && queue.peek().atMs() <= end) {
            Due next = queue.remove();
            nowMs = Math.max(nowMs, next.atMs());
            next.what().run();
        }
        nowMs = end;
        return this;
    }

    void give(CareEvent event) {
        boolean over = status >= 0;
        List<CareEffect> effects = driven.on(event, nowMs);
        check(!over || effects.isEmpty(), "over, and then " + effects);
        effects.forEach(this::perform);
        check(care.image().state().word().equals(told), "is " + care.image().state() + ", and " + told + " was said");
        long next = driven.nextDeadlineMs();
        check(next == Long.MAX_VALUE || next > nowMs || !(event instanceof CareEvent.Tick), "ticked and due again");
        if (next < armedMs) {
            armedMs = next;
            in(Math.max(0, next - nowMs), () -> {
                armedMs = Long.MAX_VALUE;
                give(new CareEvent.Tick());
            });
        }
    }

    private void perform(CareEffect effect) {
        check(status < 0, "ended, and then " + effect);
        switch (effect) {
            case CareEffect.StartCheck(long ticket, Check check, long timeoutMs) -> {
                boolean well = good;
                double load = dice.nextInt(300) / 100.0;
                var outcome = dice.nextInt(20) == 0
                        ? CheckResult.Outcome.UNTOLD
                        : well ? CheckResult.Outcome.GOOD : CheckResult.Outcome.FAILED;
                in(
                        1 + dice.nextInt(40),
                        () -> give(new CareEvent.Checked(ticket, new CheckResult(outcome, "seen", 1, load))));
            }
            case CareEffect.Place(OptionalInt weight) -> {
                check(!asked, "asks the table twice at once");
                asked = true;
                if (!silent) {
                    in(1 + dice.nextInt(30), () -> answer(weight));
                }
            }
            case CareEffect.StateChanged(String from, String to, String reason) -> {
                check(from.equals(told), "was " + told + ", and now " + from + " -> " + to);
                told = to;
                lines.add(from + " -> " + to + ": " + reason);
            }
            case CareEffect.Log(CareEffect.Level level, String line) -> lines.add(level + " " + line);
            case CareEffect.Ended(int with) -> {
                status = with;
                endedMs = nowMs;
            }
        }
    }

    private void answer(OptionalInt weight) {
        asked = false;
        if (!refuses) {
            inTable = weight;
        }
        give(refuses ? new CareEvent.Refused("no such virtual service") : new CareEvent.Placed());
    }

    void force(Force force) {
        give(new CareEvent.Forced(force));
    }

    boolean driverDone() {
        return driven.nextDeadlineMs() == Long.MAX_VALUE;
    }

    String all() {
        return String.join("\n", lines);
    }

    void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("at " + nowMs + " ms: " + what + "\n" + all());
        }
    }
}
