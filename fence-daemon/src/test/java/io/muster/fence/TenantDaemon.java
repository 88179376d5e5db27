package io.muster.fence;

import io.muster.core.CauseId;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.group.GroupEntry.Level;
import io.muster.member.StayPolicy;
import io.muster.member.StayPolicy.Awaits;
import io.muster.member.StayPolicy.HangUp;
import io.muster.member.StayPolicy.MayLeave;
import io.muster.member.StayPolicy.Preparation;
import io.muster.member.daemon.Hands;
import io.muster.member.daemon.MemberDaemon;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.member.daemon.ReplicaRecord;
import java.util.Optional;
import java.util.function.Consumer;

/// A daemon that waits for fencing as rgmanager does, around a [Tenant].
final class TenantDaemon implements AutoCloseable {
    private static final StayPolicy POLICY = new StayPolicy(
            "tenant",
            "the tenants",
            Optional.of(Level.SERVICE),
            0,
            0,
            Preparation.NOTHING,
            Awaits.CONFIGURATION_AND_FENCING,
            HangUp.STOP,
            MayLeave.ALWAYS,
            false,
            100,
            Long.MAX_VALUE);

    private final MemberDaemon<Tenant.Event, Tenant.Effect> member;

    private TenantDaemon(Around around, Consumer<TenantDaemon> starts) {
        var kind = new MemberDaemon.Kind(
                "tenant",
                POLICY,
                true,
                "tenant",
                ReplicaRecord.codec(Tenant.Event.class, Tenant.Effect.class, Tenant.Local.class));
        member = MemberDaemon.of(around, kind, new TenantHands(starts));
    }

    /// @param starts hears when something begins to run on its node
    static TenantDaemon start(Around around, Consumer<TenantDaemon> starts) {
        var daemon = new TenantDaemon(around, starts);
        daemon.member.begin();
        return daemon;
    }

    @Override
    public void close() {
        member.close();
    }

    private final class TenantHands implements Hands<Tenant.Event, Tenant.Effect> {
        private final Consumer<TenantDaemon> starts;

        TenantHands(Consumer<TenantDaemon> starts) {
            this.starts = starts;
        }

        @Override
        public ReplicatedCore<GroupEntry, Tenant.Event, Tenant.Effect> core(Node self) {
            return new Tenant(self);
        }

        @Override
        public void perform(Tenant.Effect effect, CauseId cause) {
            switch (effect) {
                case Tenant.Effect.Vouch(Node run, var remains) ->
                    member.client().ifPresent(cman -> cman.reportVouched(run, remains, cause));
                case Tenant.Effect.Start() -> starts.accept(TenantDaemon.this);
            }
        }
    }
}
