package io.muster.checks;

import io.muster.driver.Dice;

/// The numbers and the luck of checks that start. Thread: the core's.
final class Starts {
    private final Dice dice;
    private long tickets;

    Starts(Dice dice, long tickets) {
        this.dice = dice;
        this.tickets = tickets;
    }

    long ticket() {
        return ++tickets;
    }

    long tickets() {
        return tickets;
    }

    long dice() {
        return dice.state();
    }

    /// From 0 up to below `bound`.
    long below(long bound) {
        return bound <= 1 ? 0 : dice.nextLong(bound);
    }
}
