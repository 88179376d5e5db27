package io.muster.ipvs.cli;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// What `ipvsadm` can be told to do, and what may and must be said with it.
// Its sets are unmodifiable, which the checker can't see.
@SuppressWarnings("ImmutableEnumChecker")
enum Verb {
    ADD_SERVICE(Opt.ADD_SERVICE, "add-service", Set.of(Part.SERVICE), Sets.SERVICE),
    EDIT_SERVICE(Opt.EDIT_SERVICE, "edit-service", Set.of(Part.SERVICE), Sets.SERVICE),
    DELETE_SERVICE(Opt.DELETE_SERVICE, "delete-service", Set.of(Part.SERVICE), Set.of()),
    FLUSH(Opt.FLUSH, "flush", Set.of(), Set.of()),
    LIST(Opt.LIST, "list", Set.of(), Sets.LIST),
    ADD_SERVER(Opt.ADD_SERVER, "add-server", Sets.BOTH, Sets.SERVER),
    DELETE_SERVER(Opt.DELETE_SERVER, "delete-server", Sets.BOTH, Set.of()),
    EDIT_SERVER(Opt.EDIT_SERVER, "edit-server", Sets.BOTH, Sets.SERVER),
    SET(Opt.SET, "set", Set.of(), Set.of()),
    START_DAEMON(Opt.START_DAEMON, "start-daemon", Set.of(), Sets.DAEMON),
    STOP_DAEMON(Opt.STOP_DAEMON, "stop-daemon", Set.of(), Set.of(Part.SYNCID)),
    RESTORE(Opt.RESTORE, "restore", Set.of(), Set.of()),
    SAVE(Opt.SAVE, "save", Set.of(), Set.of(Part.NUMERIC)),
    ZERO(Opt.ZERO, "zero", Set.of(), Set.of(Part.SERVICE));

    private final Opt option;
    private final String word;
    private final Set<Part> required;
    private final Set<Part> allowed;

    Verb(Opt option, String word, Set<Part> required, Set<Part> optional) {
        this.option = option;
        this.word = word;
        this.required = Set.copyOf(required);
        var all = EnumSet.noneOf(Part.class);
        all.addAll(required);
        all.addAll(optional);
        this.allowed = Set.copyOf(all);
    }

    static Optional<Verb> of(Opt option) {
        return Arrays.stream(values()).filter(verb -> verb.option == option).findFirst();
    }

    /// What is wrong with saying just these parts, in the original's words: the first by the order of the parts.
    void check(Set<Part> said) throws Refused {
        Part before = null;
        for (Part part : Part.values()) {
            if (required.contains(part) && !said.contains(part)) {
                throw Refused.words(
                        "You need to supply the '" + part.word() + "' option for the '" + word + "' command");
            }
            if (said.contains(part) && !allowed.contains(part)) {
                throw Refused.words("Illegal '" + part.word() + "' option with the '" + word + "' command");
            }
            if (this == LIST && said.contains(part) && Sets.LIST_ALONE.contains(part)) {
                if (before != null) {
                    throw Refused.words("The option '" + part.word() + "' conflicts with the '" + before.word()
                            + "' option in the '" + word + "' command");
                }
                before = part;
            }
        }
    }

    /// Constants of an enum can't use its own static fields.
    private static final class Sets {
        static final Set<Part> SERVICE =
                EnumSet.of(Part.SCHEDULER, Part.PERSISTENT, Part.NETMASK, Part.OPS, Part.PE, Part.SCHED_FLAGS);
        static final Set<Part> BOTH = EnumSet.of(Part.SERVICE, Part.SERVER);
        static final Set<Part> SERVER = EnumSet.of(
                Part.FORWARD,
                Part.WEIGHT,
                Part.U_THRESHOLD,
                Part.L_THRESHOLD,
                Part.TUN_TYPE,
                Part.TUN_PORT,
                Part.TUN_NOCSUM,
                Part.TUN_CSUM,
                Part.TUN_REMCSUM);
        static final Set<Part> LIST = EnumSet.of(
                Part.NUMERIC,
                Part.CONNECTION,
                Part.SERVICE,
                Part.TIMEOUT,
                Part.DAEMON,
                Part.STATS,
                Part.RATE,
                Part.THRESHOLDS,
                Part.PERSISTENT_CONN,
                Part.NOSORT,
                Part.SYNCID,
                Part.EXACT,
                Part.TUN_INFO);
        /// What is listed: one of them at most.
        static final Set<Part> LIST_ALONE = EnumSet.of(Part.CONNECTION, Part.SERVICE, Part.TIMEOUT, Part.DAEMON);

        static final Set<Part> DAEMON = EnumSet.of(
                Part.MCAST_INTERFACE, Part.SYNCID, Part.MCAST_GROUP, Part.MCAST_PORT, Part.MCAST_TTL, Part.SYNC_MAXLEN);
    }
}
