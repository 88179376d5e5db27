package io.muster.rehearsal;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Changes of a configuration after which a resource belongs to another service than before: renamed,
/// moved, swapped, added, taken out. Whoever has it must let go of it, with proof, before another may
/// have it.
final class Moves {
    private Moves() {}

    /// One of them, if the draft has what it takes.
    ///
    /// @return what, in words
    static String some(Draft draft, Random dice) {
        List<Integer> numbers = List.copyOf(draft.services().keySet());
        int one = numbers.get(dice.nextInt(numbers.size()));
        int other = numbers.get(dice.nextInt(numbers.size()));
        switch (dice.nextInt(5)) {
            case 0 -> {
                int free = 6 + dice.nextInt(3);
                if (!draft.services().containsKey(free)
                        && one != draft.services().firstKey()) {
                    draft.rename(one, free);
                    return "service s" + one + " is called s" + free;
                }
            }
            case 1 -> {
                if (one != other && draft.has(one).size() > 1) {
                    String what = draft.has(one).getFirst();
                    move(draft, what, one, other);
                    return what + " goes from service s" + one + " to s" + other;
                }
            }
            case 2 -> {
                if (one != other) {
                    List<String> mine = draft.has(one);
                    draft.give(one, draft.has(other));
                    draft.give(other, mine);
                    return "services s" + one + " and s" + other + " change places";
                }
            }
            case 3 -> {
                String what = "10.9." + dice.nextInt(100) + "." + one;
                add(draft, what, one);
                return "service s" + one + " has " + what + ", too";
            }
            default -> {}
        }
        return "nothing changes but the version";
    }

    static void move(Draft draft, String what, int from, int to) {
        var rest = new ArrayList<>(draft.has(from));
        rest.remove(what);
        draft.give(from, rest);
        add(draft, what, to);
    }

    /// In front of all others: devices, then addresses, then what uses them.
    static void add(Draft draft, String what, int to) {
        var more = new ArrayList<>(draft.has(to));
        more.addFirst(what);
        draft.give(to, more);
    }
}
