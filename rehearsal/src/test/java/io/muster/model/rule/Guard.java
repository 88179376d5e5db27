package io.muster.model.rule;

/// What the rule asks for, each a switch of the small world: without it the search must find what it is for.
enum Guard {
    UNCLEAN_COUNTS("what a stop-before-start couldn't stop counts, also when the group has never seen it there"),
    EVERY_SUSPECT("each node that couldn't stop a service is suspected of it, not only the first"),
    FAILED_STOP_IS_TOLD("who parts after a stop that failed says what may still run"),
    FROZEN_IS_TOLD("who parts with a frozen service says that it may still run"),
    PREDECESSOR_IS_TOLD("an rgmanager that ends before it has stopped everything vouches for no predecessor"),
    LEDGER_IS_STOPPED("stop-before-start stops what the ledger lists, or lists it as unclean"),
    LIVING_VOIDS_PROOF("proof against a member ends when a token has come round with it"),
    LIMIT_OUTLIVES_SUCCESSOR("the limit on a missing rgmanager holds until a successor is required itself"),
    FILE_IS_NO_PROOF("fenced takes no configuration for proof that nothing runs"),
    CLAIM_HOLDS_BACK("a restarted node starts nothing while an agent may be at work against its former run"),
    LEDGER_BEFORE_QUESTION("the ledger has a service before cman is asked whether this node may start it"),
    LOST_LEDGER_IS_ALL("a ledger that was lost in this life of the machine means that all may run"),
    AGENTS_END_WITH_FENCED("no agent outlives the fenced that started it"),
    LATEST_QUORUM_WINS("a side that isn't quorate ends when a node that comes new remembers a later quorum");

    final String sentence;

    Guard(String sentence) {
        this.sentence = sentence;
    }
}
