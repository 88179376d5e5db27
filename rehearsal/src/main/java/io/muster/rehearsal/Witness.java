package io.muster.rehearsal;

import static io.muster.model.ModelCluster.require;

import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.membership.CmanEffect;
import io.muster.model.ModelCman;
import io.muster.model.ModelNode;
import io.muster.model.Onlooker;
import io.muster.totem.RingId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Sees what cmans say and do, and holds it against the truth of the machines: whoever is said to be
/// harmless is; recovery goes from the lowest level up; no two sides are quorate at once.
final class Witness implements Onlooker {
    private final Site site;
    private final Streams streams;
    private final Map<String, Long> graces = new HashMap<>();
    private final Map<Node, Long> diedMicros = new HashMap<>();
    private final Map<RingId, Long> firstGrantMicros = new HashMap<>();

    Witness(Site site) {
        this.site = site;
        this.streams = new Streams(site::rare);
    }

    @Override
    public void ring(ModelNode node, String from, String to, String reason) {
        switch (to) {
            case "GATHER" -> {
                if (reason.contains("no longer agreed")) {
                    site.rare(Rare.NO_LONGER_AGREED);
                }
                if (from.equals("RECOVERY")) {
                    site.rare(Rare.RECOVERY_REPEATED);
                }
                site.moment(Moment.RING_GATHERS, node);
            }
            case "RECOVERY" -> site.moment(Moment.RING_RECOVERS, node);
            default -> {}
        }
    }

    @Override
    public void entry(ModelNode node, CmanEffect.Entry effect) {
        streams.entry(node, effect);
        switch (effect.entry()) {
            case GroupEntry.Fenced fenced -> {
                // Each node is told; the first word counts.
                if (graces.putIfAbsent(fenced.victim() + fenced.how(), fenced.position()) == null) {
                    fenced(fenced);
                }
            }
            case GroupEntry.Vouched _ -> site.rare(Rare.VOUCHED);
            case GroupEntry.Membership now -> {
                if (now.left().stream()
                        .anyMatch(
                                gone -> !gone.remains().all() && !gone.remains().none())) {
                    site.rare(Rare.LEFT_WITH_LIST);
                }
                if (now.left().stream().anyMatch(gone -> gone.reason() == GroupEntry.Reason.KILLED)) {
                    site.rare(Rare.NODE_KILLED);
                }
            }
            case GroupEntry.Quorum quorum -> {
                if (!quorum.quorate()) {
                    site.rare(Rare.QUORUM_LOST);
                }
            }
            default -> {}
        }
    }

    private void fenced(GroupEntry.Fenced fenced) {
        if (fenced.how().equals(GroupEntry.STOPPED)) {
            site.rare(Rare.BACK_WITH_PROOF);
        }
        // When a run that lives says that nothing is left of the time it was taken for lost, it speaks of
        // that time: what it has been given since is known of it.
        boolean ofItself = fenced.how().equals(GroupEntry.STOPPED)
                && fenced.byNodeid() == fenced.victim().nodeid()
                && site.model().node(fenced.byNodeid()).run().equals(Optional.of(fenced.victim()));
        require(
                ofItself || site.truth().harmless(fenced.victim()),
                () -> "run " + fenced.victim() + " is said to be harmless (" + fenced.how() + ", by node "
                        + fenced.byNodeid() + ") and isn't:\n" + site.truth());
    }

    @Override
    public void fresh(ModelCman cman, boolean quorate, long askedMicros) {
        if (!quorate) {
            site.rare(Rare.START_BARRED);
            return;
        }
        for (Node member : cman.ring().members()) {
            require(
                    diedMicros.getOrDefault(member, Long.MAX_VALUE) >= askedMicros,
                    () -> "node " + cman.self() + " is quorate with " + member + ", which was dead when it was asked");
        }
        RingId ring = cman.ring().ring().orElse(null);
        if (ring == null) {
            return;
        }
        long first = firstGrantMicros.computeIfAbsent(
                ring, _ -> site.model().simulation().nowMicros());
        if (!site.oneQuorum()) {
            return;
        }
        // A round that began after another ring had its word shows that this one lives beside it.
        firstGrantMicros.forEach((other, granted) -> require(
                other.equals(ring) || granted <= first || granted >= askedMicros,
                () -> "node " + cman.self() + " is quorate in ring " + ring + " beside ring " + other));
    }

    @Override
    public void remembers(ModelCman cman, long ringSequence) {
        streams.remembers(cman.self(), ringSequence);
    }

    @Override
    public void died(ModelCman cman) {
        diedMicros.put(cman.self(), site.model().simulation().nowMicros());
    }

    @Override
    public void ends(ModelCman cman, boolean clean, String why) {
        if (clean) {
            site.rare(Rare.NODE_LEFT);
        } else if (why.contains("without a full restart")) {
            site.rare(Rare.MISSED_QUORUM);
            streams.missed(cman.self(), cman.ring().members());
        } else if (why.contains("isn't back in time")) {
            site.rare(Rare.DAEMON_MISSED);
        }
    }
}
