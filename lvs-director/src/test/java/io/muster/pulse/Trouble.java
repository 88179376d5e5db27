package io.muster.pulse;

import io.muster.net.IpAddress;
import io.muster.pulse.TwoDirectors.Director;
import java.util.Random;

/// What can happen to two directors, by dice.
final class Trouble {
    private static final IpAddress STRANGER = IpAddress.parse("10.9.9.9").orElseThrow();

    private final TwoDirectors directors;
    private final Random dice;
    private final boolean attacked;
    private boolean over;

    Trouble(TwoDirectors directors, boolean attacked) {
        this.directors = directors;
        this.dice = directors.dice;
        this.attacked = attacked;
    }

    void schedule(long forMs) {
        for (long at = 500; at < forMs; at += 200 + dice.nextInt(1_500)) {
            directors.simulation.afterMs(at, this::something);
        }
        if (attacked) {
            // Through the calm, too.
            for (long at = 0; at < forMs + directors.deadtimeMs * 6 + 5_000; at += 20 + dice.nextInt(200)) {
                directors.simulation.afterMs(at, this::attack);
            }
        }
    }

    /// All who are down come back, all who stand go on, links return.
    void end() {
        over = true;
        for (Director d : directors.both()) {
            d.goOn();
            revive(d);
            d.post(new PulseEvent.Link("eth0", true));
        }
    }

    private void revive(Director d) {
        if (!d.node.up() || d.process == null || !d.process.alive()) {
            d.start();
        }
    }

    private void later(int leastMs, int mostMs, Runnable what) {
        directors.simulation.afterMs(leastMs + dice.nextInt(mostMs - leastMs), () -> {
            if (!over) {
                what.run();
            }
        });
    }

    private void something() {
        if (over) {
            return;
        }
        Director d = dice.nextBoolean() ? directors.primary : directors.backup;
        Director other = directors.other(d);
        int deadtime = (int) directors.deadtimeMs;
        switch (dice.nextInt(12)) {
            case 0 -> {
                d.crash();
                later(100, 4_000, () -> revive(d));
            }
            case 1 -> {
                d.kill(dice.nextInt(3) > 0);
                later(50, 3_000, () -> revive(d));
            }
            case 2 -> {
                d.post(new PulseEvent.Stop());
                d.kill(true);
                later(50, 3_000, () -> revive(d));
            }
            case 3, 4 -> {
                d.stop();
                later(20, deadtime * 3, d::goOn);
            }
            case 5 -> {
                cut("all cut", 0, d, other, true);
                cut("", 1, d, other, true);
                later(100, deadtime * 4, directors.network::heal);
            }
            case 6 -> {
                cut("one way cut", 0, d, other, false);
                cut("", 1, d, other, false);
                later(100, deadtime * 5, directors.network::heal);
            }
            case 7 -> {
                cut("one path cut", dice.nextInt(2), d, other, true);
                later(100, deadtime * 4, directors.network::heal);
            }
            case 8 -> {
                d.post(new PulseEvent.Link("eth0", false));
                later(100, deadtime * 3, () -> d.post(new PulseEvent.Link("eth0", true)));
            }
            case 9 -> {
                for (int i = 1 + dice.nextInt(5); i > 0; i--) {
                    d.lvsdDies();
                }
            }
            case 10 -> {
                d.hangLvsd();
                later(100, 15_000, d::lvsdGoesOn);
            }
            default -> d.post(new PulseEvent.Connections(dice.nextInt(1_000)));
        }
    }

    private void cut(String what, int path, Director from, Director to, boolean both) {
        if (!what.isEmpty()) {
            from.trace(what);
        }
        directors.network.cutOneWay(from.port(path), to.port(path));
        if (both) {
            directors.network.cutOneWay(to.port(path), from.port(path));
        }
    }

    /// Repeats, damages, cuts, invents, from right and wrong addresses.
    private void attack() {
        Director d = dice.nextBoolean() ? directors.primary : directors.backup;
        if (directors.overheard.isEmpty()) {
            return;
        }
        byte[] octets = directors
                .overheard
                .get(dice.nextInt(directors.overheard.size()))
                .clone();
        switch (dice.nextInt(6)) {
            case 0 -> octets[dice.nextInt(octets.length)] ^= (byte) (1 << dice.nextInt(8));
            case 1 -> octets = java.util.Arrays.copyOf(octets, dice.nextInt(octets.length + 10));
            case 2 -> octets = HeartbeatCodec.encode(HeartbeatCodec.Word.LVS_STOPPED);
            case 3 -> dice.nextBytes(octets);
            default -> {}
        }
        int path = dice.nextInt(2);
        IpAddress from = dice.nextInt(8) == 0 ? STRANGER : TwoDirectors.address(!d.primary, path);
        d.receive(path, from, octets);
    }
}
