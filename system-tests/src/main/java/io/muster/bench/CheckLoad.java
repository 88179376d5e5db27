package io.muster.bench;

import io.muster.checks.Check;
import io.muster.checks.Expect;
import io.muster.checks.Health;
import io.muster.checks.HealthEffect;
import io.muster.checks.HealthEvent;
import io.muster.checks.Rules;
import io.muster.checks.Statuses;
import io.muster.checks.Target;
import io.muster.checks.daemon.CheckRunner;
import io.muster.driver.Dice;
import io.muster.driver.Loops;
import io.muster.net.IpAddress;
import io.netty.channel.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The checks of an lvsd and nothing else of it: health and runner on one loop. Answers each line of
/// standard input with the numbers of good and failed checks so far.
final class CheckLoad {
    private final EventLoop loop = Loops.start("checks");
    private final CheckRunner runner = new CheckRunner(loop);
    private final Health health;
    private long armedMs = Long.MAX_VALUE;
    private final AtomicLong good = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    private CheckLoad(long seed) {
        health = new Health(new Dice(seed));
    }

    /// Arguments: how many targets, `connect|talk|http`, port, interval in ms, seed.
    public static void main(String[] args) throws IOException {
        var load = new CheckLoad(Long.parseLong(args[4]));
        SortedMap<Target, Rules> wanted =
                targets(Integer.parseInt(args[0]), args[1], Integer.parseInt(args[2]), Long.parseLong(args[3]));
        load.loop.execute(() -> {
            load.perform(load.health.on(new HealthEvent.Configured(wanted), now()));
            load.arm();
        });
        System.out.println("ready");
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            while (in.readLine() != null) {
                System.out.println(load.good.get() + " " + load.failed.get());
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static SortedMap<Target, Rules> targets(int count, String kind, int port, long intervalMs) {
        SortedMap<Target, Rules> wanted = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            IpAddress server = IpAddress.parse(server(i)).orElseThrow();
            Check check = switch (kind) {
                case "connect" -> new Check.Connect(server, port, false);
                case "talk" -> new Check.Talk(server, port, false, "GET / HTTP/1.0\r\n\r\n", new Expect.Prefix("HTTP"));
                case "http" -> new Check.Http(server, port, false, server.toString(), "/", Statuses.one(200), "");
                default -> throw new IllegalArgumentException(kind);
            };
            wanted.put(new Target("TCP 10.9.9.9:80", server, port), new Rules(check, intervalMs, 15_000, 1, 0));
        }
        return wanted;
    }

    /// The address of one of many.
    static String server(int number) {
        return "127." + (1 + number / 62_500) + "." + number / 250 % 250 + "." + (1 + number % 250);
    }

    private static long now() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private void perform(List<HealthEffect> effects) {
        for (int i = 0; i < effects.size(); i++) {
            if (effects.get(i) instanceof HealthEffect.StartCheck start) {
                runner.start(start.check(), start.timeoutMs(), result -> {
                    if (result.good()) {
                        good.incrementAndGet();
                    } else {
                        failed.incrementAndGet();
                    }
                    perform(health.on(new HealthEvent.Checked(start.target(), start.ticket(), result), now()));
                    arm();
                });
            }
        }
    }

    /// A timer that is due earlier is left alone: it will look again.
    private void arm() {
        long due = health.nextDeadlineMs();
        if (due < armedMs) {
            armedMs = due;
            loop.schedule(this::turn, Math.max(0, due - now()), TimeUnit.MILLISECONDS);
        }
    }

    private void turn() {
        armedMs = Long.MAX_VALUE;
        perform(health.on(new HealthEvent.Tick(), now()));
        arm();
    }
}
