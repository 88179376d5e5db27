package io.muster.model.rule;

/// What can happen in the small world: who does it, and in words. `%1$s` is the node, `%2$s` a service or another
/// node, `%3$s` a list.
enum Move {
    BOOT(Kind.COURSE, "%1$s boots: cman and rgmanager start"),
    BOOT_BARE(Kind.CHANCE, "%1$s boots: cman starts, rgmanager doesn't"),
    MEET(Kind.COURSE, "the sides of %1$s and %2$s form one ring"),
    RG_JOIN(Kind.COURSE, "%1$s: rgmanager joins its group"),
    READY(Kind.COURSE, "%1$s: stop-before-start stops everything, rgmanager is ready"),
    READY_UNCLEAN(Kind.FAULT, "%1$s: stop-before-start can't stop %3$s, rgmanager is ready"),
    READY_UNSEEN(Kind.FAULT, "%1$s: stop-before-start doesn't see %3$s, rgmanager is ready"),
    GRANT(Kind.COURSE, "%1$s is given %2$s, and cman says that it may start it"),
    START(Kind.COURSE, "%1$s: %2$s starts"),
    TIMER(Kind.COURSE, "%1$s: rgmanager isn't back in time, cman ends"),
    CLAIM(Kind.COURSE, "%2$s claims %1$s and starts its agent"),
    AGENT_DONE(Kind.COURSE, "%2$s: the agent switches %1$s off and ends well"),
    AGENT_HITS(Kind.CHANCE, "%2$s: the agent switches %1$s off and is still at work"),
    AGENT_FAILS(Kind.CHANCE, "%2$s: the agent against %1$s ends without success"),
    ORPHAN_ENDS(Kind.COURSE, "%1$s: rgmanager without cman stops everything and ends"),
    ORPHAN_FAILS(Kind.FAULT, "%1$s: rgmanager without cman ends, %3$s may still run"),
    CRASH(Kind.FAULT, "%1$s crashes"),
    CUT(Kind.FAULT, "%1$s is cut off"),
    KILL_RG(Kind.FAULT, "%1$s: rgmanager is killed"),
    KILL_RG_STARTED(Kind.FAULT, "%1$s: rgmanager is killed while %2$s starts"),
    KILL_CMAN(Kind.FAULT, "%1$s: cman is killed"),
    KILL_BOTH(Kind.FAULT, "%1$s: cman and fenced are killed, fenced's agent goes on"),
    LOSE_LEDGER(Kind.FAULT, "%1$s: the ledger is lost"),
    FENCE_NODE(Kind.CHANCE, "fence_node succeeds against %1$s, which lives on"),
    START_CMAN(Kind.HELP, "%1$s: cman is started again without a reboot"),
    START_RG(Kind.HELP, "%1$s: rgmanager is started"),
    REBOOT(Kind.HELP, "%1$s is rebooted by its operator"),
    ACK(Kind.HELP, "an operator, who has looked, acknowledges for %1$s that nothing runs"),
    STOP_BY_HAND(Kind.HELP, "%1$s: an operator stops %3$s by hand"),
    STOP(Kind.HELP, "%1$s: %2$s is stopped"),
    PART(Kind.CHANCE, "%1$s: rgmanager stops everything and parts"),
    PART_FAILED(Kind.FAULT, "%1$s: rgmanager parts, its stop of %3$s has failed"),
    PART_FROZEN(Kind.CHANCE, "%1$s: rgmanager parts, %3$s is frozen and goes on"),
    PART_EARLY(Kind.CHANCE, "%1$s: rgmanager is told to end before it is ready, and parts"),
    LEAVE(Kind.CHANCE, "%1$s: cman leaves"),
    FENCED_VOUCHES(Kind.CHANCE, "%1$s: fenced finds no service in cluster.conf and vouches for the former run");

    /// By whom.
    enum Kind {
        /// Happens by itself, sooner or later.
        COURSE,
        /// Happens or doesn't, and is no fault.
        CHANCE,
        FAULT,
        /// An operator helps.
        HELP
    }

    final Kind kind;
    final String words;

    Move(Kind kind, String words) {
        this.kind = kind;
        this.words = words;
    }
}
