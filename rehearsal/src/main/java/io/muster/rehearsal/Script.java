package io.muster.rehearsal;

import io.muster.simulator.NetworkOptions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// All of a story that is drawn before it begins: the world and the trouble in it.
///
/// The number of a seed names a story only together with its [Edition].
///
/// @param draftSeed of the cluster.conf that all begin with
/// @param plain whether that is to be without rarities
/// @param bootsMs when each machine is switched on; -1 for not before calm
/// @param quietMs before the trouble of each round
/// @param troubleMs how long it lasts
/// @param idleMs how long nothing happens after each round
record Script(
        long seed,
        Edition edition,
        int size,
        long draftSeed,
        boolean plain,
        NetworkOptions network,
        Luck luck,
        int mtuBytes,
        List<Integer> bootsMs,
        int rounds,
        long quietMs,
        long troubleMs,
        long idleMs,
        List<Step> steps) {
    private static final int HOUR_MS = 3_600_000;

    Script {
        bootsMs = List.copyOf(bootsMs);
        steps = List.copyOf(steps);
    }

    static Script draw(long seed, Edition edition) {
        var dice = new Random(seed * 0x9e3779b97f4a7c15L + edition.number());
        boolean all = edition.all();
        int size = dice.nextInt(40) == 0 ? 8 + dice.nextInt(9) : dice.nextInt(12) == 0 ? 1 : 2 + dice.nextInt(6);
        if (size > 5 && size < 8 && dice.nextInt(3) > 0) {
            size = 3 + dice.nextInt(2);
        }
        boolean plain = dice.nextInt(3) == 0;
        long draftSeed = dice.nextLong();
        NetworkOptions network = network(dice);
        Luck luck = Luck.draw(dice, all);
        int mtu = dice.nextInt(6) == 0 ? 300 : 1400;
        var boots = new ArrayList<Integer>();
        for (int id = 1; id <= size; id++) {
            boots.add(dice.nextInt(12) == 0 ? -1 : dice.nextInt(4) == 0 ? dice.nextInt(5000) : dice.nextInt(500));
        }
        boolean longer = all && dice.nextInt(400) == 0;
        int rounds = longer ? 4 : dice.nextInt(6) == 0 ? 2 : 1;
        long quietMs = 3000L + dice.nextInt(6000);
        long troubleMs = 4000L + dice.nextInt(12_000);
        int token = new Draft(size, plain, new Random(draftSeed)).tokenMs();
        if (token > 2000) {
            quietMs += token;
            troubleMs += 2L * token;
        }
        long idleMs = longer ? HOUR_MS / 4 : dice.nextInt(8) == 0 ? 15_000 : 2000;
        return new Script(
                seed,
                edition,
                size,
                draftSeed,
                plain,
                network,
                luck,
                mtu,
                boots,
                rounds,
                quietMs,
                troubleMs,
                idleMs,
                trouble(size, rounds, quietMs, troubleMs, edition, dice));
    }

    /// Without trouble: for a story that is told by hand.
    static Script empty(long seed, int size, NetworkOptions network) {
        var boots = new ArrayList<Integer>();
        for (int id = 1; id <= size; id++) {
            boots.add(10 * id);
        }
        return new Script(
                seed, Edition.newest(), size, 0, true, network, Luck.GOOD, 1400, boots, 1, 0, 0, 0, List.of());
    }

    private static NetworkOptions network(Random dice) {
        boolean rough = dice.nextInt(3) == 0;
        return new NetworkOptions(
                rough ? dice.nextInt(8) : 0,
                rough ? dice.nextInt(4) : 0,
                100,
                100 + dice.nextInt(1500),
                dice.nextInt(2));
    }

    private static List<Step> trouble(
            int size, int rounds, long quietMs, long troubleMs, Edition edition, Random dice) {
        List<Trouble> known = Trouble.of(edition);
        Set<Trouble> kinds = EnumSet.noneOf(Trouble.class);
        while (kinds.size() < 4) {
            for (Trouble kind : known) {
                if (dice.nextInt(3) == 0) {
                    kinds.add(kind);
                }
            }
        }
        int weights = kinds.stream().mapToInt(Trouble::weight).sum();
        var steps = new ArrayList<Step>();
        for (int round = 0; round < rounds; round++) {
            int count = 3 + dice.nextInt(14);
            for (int i = 0; i < count; i++) {
                int left = dice.nextInt(weights);
                Trouble kind = Trouble.CRASH;
                for (Trouble one : kinds) {
                    left -= one.weight();
                    if (left < 0) {
                        kind = one;
                        break;
                    }
                }
                Moment[] moments = Moment.values();
                var step = new Step(
                        round,
                        kind,
                        quietMs + dice.nextLong(troubleMs),
                        dice.nextInt(4) == 0 ? moments[dice.nextInt(moments.length)] : Moment.TIME,
                        1 + dice.nextInt(size),
                        1 + dice.nextInt(size),
                        50 + dice.nextInt(dice.nextInt(3) == 0 ? 12_000 : 2500),
                        dice.nextLong());
                if (edition.all() || kind.usual()) {
                    steps.add(step);
                }
            }
        }
        return steps;
    }

    /// The cluster.conf that all begin with.
    Draft draft() {
        return new Draft(size, plain, new Random(draftSeed));
    }

    Script with(List<Step> others) {
        return new Script(
                seed, edition, size, draftSeed, plain, network, luck, mtuBytes, bootsMs, rounds, quietMs, troubleMs,
                idleMs, others);
    }

    Script with(Luck other) {
        return new Script(
                seed, edition, size, draftSeed, plain, network, other, mtuBytes, bootsMs, rounds, quietMs, troubleMs,
                idleMs, steps);
    }

    Script calmNetwork() {
        return new Script(
                seed,
                edition,
                size,
                draftSeed,
                plain,
                NetworkOptions.calm(300),
                luck,
                1400,
                bootsMs,
                rounds,
                quietMs,
                troubleMs,
                idleMs,
                steps);
    }

    /// For a message: the world, then the trouble.
    @Override
    public String toString() {
        var text = new StringBuilder("seed " + seed + edition.option() + ": " + size + " nodes, " + network + ", mtu "
                + mtuBytes + ", " + luck + "\nboots " + bootsMs + ", rounds "
                + rounds + " of " + quietMs + " + " + troubleMs + " ms\n"
                + new String(draft().text(1), java.nio.charset.StandardCharsets.UTF_8));
        for (int round = 0; round < rounds; round++) {
            int now = round;
            text.append("trouble of round ").append(round + 1).append(":\n");
            steps.stream()
                    .filter(step -> step.round() == now)
                    .sorted(java.util.Comparator.comparingLong(Step::atMs))
                    .forEach(step -> text.append("  ").append(step).append('\n'));
        }
        return text.toString();
    }
}
