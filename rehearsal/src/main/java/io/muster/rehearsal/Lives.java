package io.muster.rehearsal;

import io.muster.ccs.CcsEffect;
import io.muster.ccs.CcsEvent;
import io.muster.core.CauseId;
import io.muster.driver.FlightRecorder;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recordable;
import io.muster.driver.Recorder;
import io.muster.fence.DomainReport;
import io.muster.fence.FenceEffect;
import io.muster.fence.FenceEvent;
import io.muster.fence.daemon.FenceDaemon;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.Records;
import io.muster.model.Changes;
import io.muster.model.ModelCluster;
import io.muster.model.ModelNode;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import io.muster.service.ServiceState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;

/// Every answer is for a request of this life, and who says that all is stopped runs nothing: watches
/// what daemons' cores are told and asked, and what they answer. A core that answers what it was never
/// asked speaks to the asker of a daemon that is gone.
final class Lives {
    /// What a replica puts before the words of its core.
    private static final int OF_THE_CORE = 1;

    /// Types of a fenced's messages, the octet after that and the version.
    private static final int CLAIM = 3;

    private static final int RELEASE = 4;

    /// Until then every group begins afresh.
    private static final long FIRST_MS = 10_000;

    /// Who has asked, by the daemon and the question's name: a name is never given again.
    private final Map<String, Object> askers = new HashMap<>();

    private final Site site;
    private final Map<String, Integer> owners = new HashMap<>();

    Lives(Site site) {
        this.site = site;
    }

    Records records(ModelNode node) {
        return new Records() {
            @Override
            public <E, F> Open<E, F> core(String name, Recordable<E, F> core, FlightRecorder.Limits limits) {
                return Open.by(joins(node));
            }

            @Override
            public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                    String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
                return Open.by(new Asked<>(node, daemon));
            }
        };
    }

    private <E, F> Recorder<E, F> joins(ModelNode node) {
        return Changes.of(change -> {
            if (change.to().equals("member")) {
                site.moment(Moment.DAEMON_JOINS, node);
            }
        });
    }

    private final class Asked<E, F> implements Recorder<ReplicaEvent<E>, ReplicaEffect<F>> {
        private final ModelNode node;
        private final String daemon;
        private final Set<Long> open = new HashSet<>();

        Asked(ModelNode node, String daemon) {
            this.node = node;
            this.daemon = daemon;
        }

        @Override
        public void after(
                long nowMs, CauseId id, CauseId parent, ReplicaEvent<E> event, List<ReplicaEffect<F>> effects) {
            if (event instanceof ReplicaEvent.Local<E>(E local)) {
                question(local).ifPresent(name -> {
                    open.add(name);
                    Object first = askers.putIfAbsent(daemon + " " + name, this);
                    ModelCluster.require(
                            first == null || first == this,
                            "node " + node.nodeid() + ": " + daemon + " calls a question " + name
                                    + ", which another life's is called");
                });
                if (local instanceof ServiceEvent.StoppedEverything stopped) {
                    var left = new ArrayList<>(stopped.unclean());
                    left.addAll(stopped.report().kept());
                    allStopped(node, left);
                }
            }
            if (event instanceof ReplicaEvent.Entry<E>(GroupEntry.View view) && daemon.equals("fenced")) {
                claimsEnd(node, view);
            }
            for (ReplicaEffect<F> effect : effects) {
                if (effect instanceof ReplicaEffect.Synced<F>(long _, int from)
                        && from == 0
                        && site.model().simulation().nowMs() > FIRST_MS) {
                    site.rare(Rare.BEGINS_AFRESH);
                }
                if (effect instanceof ReplicaEffect.Send<F>(byte[] payload, boolean _)
                        && daemon.equals("fenced")
                        && payload[0] == OF_THE_CORE) {
                    fencing(node, payload[2]);
                }
                if (effect instanceof ReplicaEffect.Perform<F>(F inner)) {
                    look(inner);
                    answer(inner)
                            .ifPresent(name -> ModelCluster.require(
                                    open.remove(name),
                                    () -> "node " + node.nodeid() + ": " + daemon + " answers question " + name
                                            + ", which nobody has asked in this life"));
                }
            }
        }
    }

    /// A fenced says something of this type to the domain.
    private void fencing(ModelNode node, int type) {
        if (type == CLAIM) {
            site.rare(Rare.CLAIM);
            int claimant = report(node).masterNodeid();
            ModelCluster.require(
                    claimant == node.nodeid(),
                    () -> "node " + node.nodeid() + " claims a victim, and that is for node " + claimant);
        } else if (type == RELEASE) {
            site.rare(Rare.CLAIM_RELEASED);
        }
    }

    private static DomainReport report(ModelNode node) {
        return node.daemon("fenced", FenceDaemon.class).map(FenceDaemon::report).orElse(DomainReport.absent());
    }

    /// No claim outlives its holder's stay in the domain.
    private static void claimsEnd(ModelNode node, GroupEntry.View view) {
        for (DomainReport.VictimLine victim : report(node).victims()) {
            ModelCluster.require(
                    victim.claimedBy() == 0
                            || view.members().stream().anyMatch(member -> member.nodeid() == victim.claimedBy()),
                    () -> "node " + node.nodeid() + ": " + victim + " is claimed by who isn't in " + view);
        }
    }

    private void allStopped(ModelNode node, List<String> unclean) {
        site.moment(Moment.STOPPED_EVERYTHING, node);
        if (!unclean.isEmpty()) {
            site.rare(Rare.UNCLEAN_STOP);
            if (Site.manager(node).stream()
                    .flatMap(manager -> manager.services().stream())
                    .anyMatch(service -> unclean.contains(service.name()) && service.owner() == 0)) {
                site.rare(Rare.UNCLEAN_WITHOUT_HOLDER);
            }
        }
        SortedSet<String> left = site.truth().left(node);
        left.removeIf(what ->
                site.documents().everHad(what).stream().anyMatch(number -> unclean.contains("service:s" + number)));
        ModelCluster.require(
                left.isEmpty(),
                () -> "node " + node.nodeid() + " says that all is stopped but " + unclean + ", and " + left
                        + " is there");
    }

    private void look(Object effect) {
        switch (effect) {
            case ServiceEffect.StateChanged changed -> {
                if (changed.to() == ServiceState.FAILED) {
                    site.rare(Rare.SERVICE_FAILED);
                } else if (changed.to() == ServiceState.STARTED) {
                    Integer before = owners.put(changed.service(), changed.owner());
                    if (before != null && before != changed.owner()) {
                        site.rare(Rare.RELOCATED);
                    }
                }
            }
            case FenceEffect.Log(var _, String text) -> {
                if (text.contains("is a victim: startup")) {
                    site.rare(Rare.STARTUP_VICTIM);
                }
            }
            case CcsEffect.Install(var _, long _, boolean aside) -> {
                if (aside) {
                    site.rare(Rare.FILE_KEPT_ASIDE);
                }
            }
            default -> {}
        }
    }

    private static OptionalLong question(Object event) {
        return switch (event) {
            case ServiceEvent.Requested asked -> OptionalLong.of(asked.id());
            case CcsEvent.Update asked -> OptionalLong.of(asked.request());
            case CcsEvent.Confirm asked -> OptionalLong.of(asked.request());
            case FenceEvent.Acknowledged asked -> OptionalLong.of(asked.question());
            default -> OptionalLong.empty();
        };
    }

    private static OptionalLong answer(Object effect) {
        return switch (effect) {
            case ServiceEffect.Answer answer -> OptionalLong.of(answer.id());
            case CcsEffect.Answer answer -> OptionalLong.of(answer.request());
            case FenceEffect.Answer answer -> OptionalLong.of(answer.question());
            default -> OptionalLong.empty();
        };
    }
}
