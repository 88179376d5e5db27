package io.muster.lvs;

import java.util.List;
import java.util.Optional;

/// How things stand with lvsd: what `lvsctl status` shows. Times are wall-clock milliseconds.
///
/// @param ready whether the table has been as wanted since the start
/// @param startedMs when this lvsd started
/// @param tableProblem why the table can't be read or changed; "" if it can
/// @param foreign services of somebody else's in the table
/// @param refusals what is wanted and the kernel refuses now
public record LvsdStatus(
        long nowMs,
        long startedMs,
        boolean ready,
        String tableProblem,
        int foreign,
        Counters counters,
        List<Refusal> refusals,
        List<Virtual> virtuals) {
    public LvsdStatus {
        refusals = List.copyOf(refusals);
        virtuals = List.copyOf(virtuals);
    }

    /// What the kernel refuses.
    ///
    /// @param entry what was to be done, in words
    /// @param sinceMs of the first refusal
    /// @param times how often it was tried
    public record Refusal(String entry, String reason, long sinceMs, long times) {}

    /// A virtual server.
    ///
    /// @param service `TCP 10.1.1.1:80`
    /// @param flags `ops` and the scheduler's, with blanks between; "" for none
    /// @param present whether it is in the table
    /// @param sorry address of its sorry server, "" for none
    /// @param sorryActive whether that one is in the table
    public record Virtual(
            String name,
            String service,
            String scheduler,
            String flags,
            int persistentS,
            boolean present,
            String sorry,
            boolean sorryActive,
            List<Server> servers) {
        public Virtual {
            servers = List.copyOf(servers);
        }
    }

    /// A real server.
    ///
    /// @param address as the table has it, with port
    /// @param known whether anything is known of it yet
    /// @param sinceMs of its last change between up and down
    /// @param detail of the last check
    /// @param configuredWeight lvs.cf's
    /// @param wantedWeight what it should have in the table now; -1 for not being there
    /// @param actualWeight what it has at the last look; -1 for not being there
    /// @param upper how many connections it takes at most by the table, 0 for any number
    /// @param lower below which one that was full takes some again, 0 for the kernel's choice
    /// @param persistent templates
    /// @param checks ended, and `failures` of them failed, since it was configured
    /// @param checkedAt where its checks go, if elsewhere than to its own address and port; "" if not
    public record Server(
            String name,
            String address,
            boolean up,
            boolean known,
            long sinceMs,
            String detail,
            int configuredWeight,
            int wantedWeight,
            int actualWeight,
            int upper,
            int lower,
            long active,
            long inactive,
            long persistent,
            long checks,
            long failures,
            String checkedAt,
            Optional<Drain> drain) {}
}
