package io.muster.rehearsal;

import static io.muster.model.ModelCluster.require;

import io.muster.ccs.CcsEffect;
import io.muster.ccs.CcsEvent;
import io.muster.ccs.Document;
import io.muster.ccs.daemon.CcsDaemon;
import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.ConfigVersion;
import io.muster.core.CauseId;
import io.muster.driver.RecordCodec;
import io.muster.driver.Recorder;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.member.daemon.Records;
import io.muster.membership.CmanEffect;
import io.muster.model.ModelCman;
import io.muster.model.ModelNode;
import io.muster.model.Onlooker;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Watches which cluster.conf is in force: one content has each number; a quorum has it on disk before
/// it is in force; what an operator was told is done is never undone where two quorums share a node; and
/// cman has nothing for agreed that ccsd hasn't agreed on.
final class Configurations implements Onlooker {
    private static final int MOST_BYTES = 2 << 20;

    private final Site site;
    private final Map<Integer, String> contents = new HashMap<>();
    private int acknowledged;
    /// When that was.
    private long acknowledgedMs;

    Configurations(Site site) {
        this.site = site;
    }

    @Override
    public void entry(ModelNode node, CmanEffect.Entry effect) {
        if (effect.entry() instanceof GroupEntry.Config now && now.agreed()) {
            require(
                    now.sha256().equals(contents.get(now.version())),
                    () -> "node " + node.nodeid() + ": cman has cluster.conf " + now.version()
                            + " for agreed, of which ccsd knows nothing");
        }
    }

    /// Whether any two quorums have a node in common.
    private boolean plain() {
        return site.votesAsWritten() && site.documents().draft().oneQuorum();
    }

    /// Whether a node that stood still may have yet to find out that the others have gone on.
    private boolean mayLag() {
        return site.model().simulation().nowMs()
                < acknowledgedMs + 2L * site.documents().draft().tokenMs();
    }

    private void inForce(ModelNode node, Document document) {
        ConfigVersion version = document.version();
        String known = contents.putIfAbsent(version.number(), version.sha256());
        String who = "node " + node.nodeid() + ": cluster.conf " + version;
        require(
                known == null || known.equals(version.sha256()),
                () -> who + " is in force, and another one of that number was");
        require(
                known != null || !plain() || quorumHas(document),
                () -> who + " is in force, and no quorum has it on disk");
        boolean quorate = node.cman().filter(ModelCman::quorate).isPresent();
        require(
                !quorate || !plain() || version.number() >= acknowledged || mayLag(),
                () -> who + " is in force where an operator was told that " + acknowledged + " is");
    }

    private boolean quorumHas(Document document) {
        ClusterConfig config = document.config();
        int votes = 0;
        for (ClusterNode line : config.nodes()) {
            ModelNode node = site.model().nodes().get(line.nodeid());
            votes += node != null && onDisk(node, document.octets()) ? line.votes() : 0;
        }
        return votes >= (config.cman().expectedVotes() + 2) / 2;
    }

    private static boolean onDisk(ModelNode node, byte[] octets) {
        byte[] file = node.files().read(node.layout().clusterConf(), MOST_BYTES).orElse(new byte[0]);
        byte[] staged = node.files()
                .read(node.layout().state().resolve("ccs").resolve("staged"), MOST_BYTES)
                .orElse(new byte[0]);
        int from = staged.length - octets.length;
        return Arrays.equals(file, octets)
                || from > 0 && Arrays.equals(Arrays.copyOfRange(staged, from, staged.length), octets);
    }

    Records records(ModelNode node) {
        return new Records() {
            @Override
            public <E, F> Open<ReplicaEvent<E>, ReplicaEffect<F>> replica(
                    String daemon, String factory, RecordCodec codec, Replica<E, F> replica) {
                return daemon.equals("ccsd") ? Open.by(new Watched<>(node)) : Open.none();
            }
        };
    }

    private final class Watched<E, F> implements Recorder<ReplicaEvent<E>, ReplicaEffect<F>> {
        private final ModelNode node;
        private final Map<Long, byte[]> asked = new HashMap<>();
        private ConfigVersion last = ConfigVersion.NONE;

        Watched(ModelNode node) {
            this.node = node;
        }

        @Override
        public void after(
                long nowMs, CauseId id, CauseId parent, ReplicaEvent<E> event, List<ReplicaEffect<F>> effects) {
            node.daemon("ccsd", CcsDaemon.class).flatMap(CcsDaemon::inForce).ifPresent(document -> {
                if (!document.version().equals(last)) {
                    last = document.version();
                    inForce(node, document);
                }
            });
            if (event instanceof ReplicaEvent.Local<E>(CcsEvent.Update update)) {
                asked.put(update.request(), update.octets());
            }
            for (ReplicaEffect<F> effect : effects) {
                if (effect instanceof ReplicaEffect.Perform<F>(CcsEffect.Answer(long request, boolean done, String _))
                        && done
                        && asked.containsKey(request)) {
                    acknowledgedMs = site.model().simulation().nowMs();
                    acknowledged = Math.max(
                            acknowledged, site.documents().version(Objects.requireNonNull(asked.get(request))));
                }
            }
        }
    }
}
