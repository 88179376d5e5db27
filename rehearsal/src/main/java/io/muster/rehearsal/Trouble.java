package io.muster.rehearsal;

import java.util.Arrays;
import java.util.List;

/// Kinds of trouble, and how often each is drawn. What isn't *usual* is left out of [Edition#TWO_USUAL].
enum Trouble {
    CRASH(8, true, "power of %n fails"),
    PAUSE(4, true, "%n stands still for %t ms"),
    SUSPEND(3, true, "%n sleeps for %t ms"),
    STEP_WALL(2, true, "the wall clock of %n is set"),
    JUMP(2, true, "the clocks of %n leap by %t ms"),

    KILL_CMAN(4, true, "cman of %n is killed"),
    KILL_FENCED(4, true, "fenced of %n is killed, and is back after %t ms"),
    KILL_RGMANAGER(4, true, "rgmanager of %n is killed, and is back after %t ms"),
    KILL_CCSD(3, true, "ccsd of %n is killed, and is back after %t ms"),
    KILL_SEVERAL(3, true, "several daemons of %n are killed, and are back within %t ms"),
    KILL_ALL_RGMANAGERS(2, false, "all rgmanagers are killed, and are back within %t ms"),
    PAUSE_CMAN(3, true, "cman of %n stands still for %t ms"),
    PAUSE_FENCED(3, true, "fenced of %n stands still for %t ms"),
    PAUSE_RGMANAGER(3, true, "rgmanager of %n stands still for %t ms"),
    PAUSE_SOCKETS(3, true, "local sockets of %n stand still for %t ms"),
    STOP_RGMANAGER(4, false, "rgmanager of %n is stopped, and is started after %t ms"),
    STOP_ALL_RGMANAGERS(2, false, "all rgmanagers are stopped, and are started within %t ms"),
    STOP_FENCED(3, false, "fenced of %n is stopped, and is started after %t ms"),
    RESTART_CMAN(4, false, "cman of %n is killed, and is started after %t ms without a reboot"),

    CUT_ONE_WAY(4, true, "nothing gets from %n to %o for %t ms"),
    SPLIT(6, true, "nodes up to %n are cut off from the rest for %t ms"),
    SPLIT_IN_THREE(2, true, "the network is in three parts for %t ms"),
    ISOLATE(4, true, "%n is cut off for %t ms"),
    CLOG(3, true, "what %n sends to %o comes after %t ms"),
    LOSSY_PATH(3, true, "half of what goes between %n and %o is lost for %t ms"),
    SLOW_PATH(2, true, "what goes between %n and %o is slow for %t ms"),
    HEAL_ONE(2, true, "one cut of the network is healed"),
    ROUGH(2, true, "the whole network is rough for %t ms"),

    ASK_SERVICE(5, true, "an operator asks for a service on %n"),
    FREEZE(3, false, "a service is frozen on %n, and released after %t ms"),
    LOCK(2, false, "services are locked on %n, and unlocked after %t ms"),
    CONVALESCE(1, true, "an operator lets a service convalesce on %n"),
    LEAVE(3, false, "cman of %n leaves, and is started after %t ms"),
    KILL_NODE(2, true, "an operator has %o killed from %n"),
    EXPECT_VOTES(2, false, "an operator on %n says how many votes to expect"),
    VOTES(1, false, "an operator on %n gives %o other votes"),
    ACKNOWLEDGE(2, false, "an operator on %n takes %o off its power and says so, and switches it on after %t ms"),
    FENCE_NODE(2, false, "an operator fences %o from %n by hand"),
    UPDATE(5, true, "a new configuration on %n"),
    ADD_NODE(2, false, "a node is added to the configuration on %n"),
    REMOVE_NODE(1, false, "%o leaves for good and is taken out of the configuration on %n"),

    DISK_FULL(3, true, "the disk of %n is full for %t ms"),
    RUN_FULL(2, true, "/run of %n is full for %t ms"),
    SYNC_FAILS(2, false, "what %n writes isn't durable and fails for %t ms"),
    RUN_LOST(2, false, "/run/muster of %n is lost"),
    RUN_DAMAGED(2, false, "files in /run/muster of %n are damaged"),
    POWER_AT_WRITE(3, true, "power of %n fails between two changes of its disk"),
    DUMB_AGENTS(2, false, "for %t ms no agent of %n can say what it is"),

    EDIT_FILE(2, false, "somebody edits cluster.conf of %n by hand, and ccsd is killed, and is back after %t ms"),
    BLACKOUT(1, false, "power of all fails, and is back within %t ms");

    private final int weight;
    private final boolean usual;
    private final String words;

    Trouble(int weight, boolean usual, String words) {
        this.weight = weight;
        this.usual = usual;
        this.words = words;
    }

    /// Those that an edition draws from, in their order.
    static List<Trouble> of(Edition edition) {
        return Arrays.stream(values())
                .filter(kind -> edition == Edition.THREE || kind != EDIT_FILE && kind != BLACKOUT)
                .toList();
    }

    int weight() {
        return weight;
    }

    boolean usual() {
        return usual;
    }

    /// What happens, told of particular nodes and times.
    String told(int node, int other, int ms) {
        return words.replace("%n", "node " + node)
                .replace("%o", "node " + other)
                .replace("%t", Integer.toString(ms));
    }
}
