package io.muster.rehearsal;

/// States that a campaign must have seen, or it has shown nothing of them.
public enum Rare {
    UNCLEAN_STOP("a node says that a service's stop failed"),
    UNCLEAN_WITHOUT_HOLDER("a stop failed of a service that nobody holds"),
    CLAIM("a node claims a victim"),
    CLAIM_RELEASED("a claim is released"),
    SECOND_AGENT("a victim needs more than one agent"),
    STARTUP_VICTIM("a node that never came is a victim"),
    BACK_WITH_PROOF("a node that is back is its own proof"),
    OVERRIDE("an operator acknowledges"),
    EXTERNAL("somebody fences by hand"),
    TWO_SIDES_ONE_QUORUM("two sides meet that lived through one quorum"),
    MISSED_QUORUM("a node is ended that has missed a quorum"),
    NODE_KILLED("a node is killed by word"),
    NODE_LEFT("a node leaves in good order"),
    LEFT_WITH_LIST("a node leaves and something may still run there"),
    VOUCHED("it is said of a run what alone may still run there"),
    DAEMON_MISSED("a node goes because a daemon isn't back in time"),
    QUORUM_LOST("quorum is lost"),
    START_BARRED("a start is barred at the last moment"),
    UPDATE_REFUSED("an update is refused or given up"),
    UPDATE_DONE("an update is in force"),
    FILE_KEPT_ASIDE("a file is kept aside"),
    BEGINS_AFRESH("a group begins afresh after the first time"),
    RECOVERY_REPEATED("recovery is entered again before the ring is operational"),
    NO_LONGER_AGREED("a ring that was agreed on isn't formed"),
    SERVICE_FAILED("a service is in state failed"),
    RELOCATED("a service is somewhere else"),
    LEDGER_LOST("the list of what was started is lost"),
    LEDGER_DAMAGED("the list of what was started is damaged"),
    POWER_AT_WRITE("power goes between two changes"),
    MOMENT("trouble came at its moment"),
    CALM_INSIDE("all was well in the middle of a story");

    private final String words;

    Rare(String words) {
        this.words = words;
    }

    /// Whether the build's seeds meet it; the rest needs all faults.
    boolean usual() {
        return switch (this) {
            case LEFT_WITH_LIST, NODE_LEFT, EXTERNAL, VOUCHED, LEDGER_LOST, LEDGER_DAMAGED -> false;
            default -> true;
        };
    }

    @Override
    public String toString() {
        return words;
    }
}
