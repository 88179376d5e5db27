package io.muster.pulse;

import java.util.Optional;

/// Where a director stands, with what exists only there. [Role] is the one that changes it. Times are
/// monotonic milliseconds, `Long.MAX_VALUE` for never.
sealed interface PulseState {
    /// Before [PulseEvent.Start]: nothing that is heard counts.
    record Unstarted() implements PulseState {
        @Override
        public long sinceMs() {
            return 0;
        }

        @Override
        public String reason() {
            return Pulse.STARTED;
        }
    }

    /// Without the addresses, listening.
    ///
    /// @param deferUntilMs until when a backup leaves a role that is free to its primary
    /// @param request what a primary has come to with asking for its role
    record Standby(long sinceMs, String reason, long deferUntilMs, RoleRequest request) implements PulseState {
        Standby(long sinceMs, String reason) {
            this(sinceMs, reason, Long.MAX_VALUE, RoleRequest.NONE);
        }

        Standby deferring(long untilMs) {
            return new Standby(sinceMs, reason, untilMs, request);
        }

        Standby with(RoleRequest next) {
            return new Standby(sinceMs, reason, deferUntilMs, next);
        }
    }

    /// With the addresses.
    ///
    /// @param quietUntilMs until when a quarrel with a partner that is active too has been answered
    /// @param unheard an active backup that doesn't seem to hear this primary
    /// @param upkeep when the addresses are renewed and announced
    record Active(long sinceMs, String reason, long quietUntilMs, Optional<Unheard> unheard, Upkeep upkeep)
            implements PulseState {
        Active(long sinceMs, String reason, Upkeep upkeep) {
            this(sinceMs, reason, Long.MIN_VALUE, Optional.empty(), upkeep);
        }

        Active quiet(long untilMs) {
            return new Active(sinceMs, reason, untilMs, unheard, upkeep);
        }

        Active with(Optional<Unheard> next) {
            return new Active(sinceMs, reason, quietUntilMs, next, upkeep);
        }

        Active with(Upkeep next) {
            return new Active(sinceMs, reason, quietUntilMs, unheard, next);
        }
    }

    /// Without the addresses, and still "running" to the partner, which is sent every connection once more.
    ///
    /// @param word number of the [PulseEffect.SayLastWord] that is waited for
    /// @param untilMs for how long it is
    /// @param ends whether all is over then
    record Leaving(long sinceMs, String reason, long word, long untilMs, boolean ends) implements PulseState {
        Leaving ending() {
            return new Leaving(sinceMs, reason, word, untilMs, true);
        }
    }

    /// Nothing happens any more.
    record Ended(long sinceMs, String reason) implements PulseState {}

    /// @param sinceMs since when it can be seen that the partner doesn't hear us
    /// @param sequence the number of ours of which it would have to have heard a later one
    record Unheard(long sinceMs, long sequence) {}

    /// Since when it has been so.
    long sinceMs();

    /// Why it has been so since then.
    String reason();

    /// The word for it in logs, heartbeats and status. One that hasn't started yet stands by.
    default Activity activity() {
        return switch (this) {
            case Unstarted _, Standby _ -> Activity.STANDBY;
            case Active _ -> Activity.ACTIVE;
            case Leaving _ -> Activity.LEAVING;
            case Ended _ -> Activity.ENDED;
        };
    }

    /// Whether this director will never take a role again.
    default boolean ends() {
        return this instanceof Ended || this instanceof Leaving leaving && leaving.ends();
    }

    /// What asking for the role has come to; nothing where nobody asks.
    default RoleRequest asks() {
        return this instanceof Standby standby ? standby.request() : RoleRequest.NONE;
    }

    /// When time alone changes something.
    default long nextMs() {
        return switch (this) {
            case Active active -> active.upkeep().nextMs();
            case Leaving leaving -> leaving.untilMs();
            // That a backup's patience with its primary ends is seen with a heartbeat.
            case Unstarted _, Standby _, Ended _ -> Long.MAX_VALUE;
        };
    }

    /// Whether the table in the comment of [Role] has a row for it.
    default boolean mayBecome(PulseState next) {
        return switch (this) {
            case Unstarted _ -> next instanceof Standby || next instanceof Ended;
            case Standby _ -> next instanceof Active || next instanceof Ended;
            case Active _ -> next instanceof Leaving || next instanceof Standby || next instanceof Ended;
            case Leaving leaving -> leaving.ends() ? next instanceof Ended : next instanceof Standby;
            case Ended _ -> false;
        };
    }
}
