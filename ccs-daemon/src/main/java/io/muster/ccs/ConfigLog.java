package io.muster.ccs;

import io.muster.ccs.Choice.Elected;
import io.muster.ccs.Choice.InForce;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import io.muster.group.GroupEntry;
import io.muster.member.Proposals;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Decides which cluster.conf is the cluster's, on every node alike.
///
/// | when | rule |
/// |---|---|
/// | nothing in force yet, quorate | the highest number on any disk is elected; in force on a quorum's disks |
/// | something in force | it beats every joiner's; a joiner's newer or different file is kept aside |
/// | update proposed | refused unless quorate, valid, of this cluster, and of a higher number; one at a time |
/// | update on disk of a quorum | in force; everybody makes it the cluster.conf |
/// | update not on disk in time | abandoned |
/// | on probation and not confirmed | the former content comes back under a new number |
///
/// What was committed is never lost to a full restart: a quorum has it on disk before it is in force,
/// every later quorum has one of those nodes, and elections count what is staged ([ConfigVote#best]).
///
/// The replicated half is [CcsState]. The local half keeps the node's disk in step with it ([OwnDisk]),
/// reports what is there, proposes for all what it is this node's turn to propose ([Patience]), and
/// answers operators.
public final class ConfigLog implements ReplicatedCore<GroupEntry, CcsEvent, CcsEffect> {
    static final long RETRY_MS = 5_000;

    /// How long an operator waits, once an update is in force, for disks that say neither that they
    /// have it nor that they can't.
    static final long SETTLE_MS = 5_000;

    /// A disk that doesn't say what is on it is asked again after that.
    static final long LOOK_MS = 1_000;

    private final Node self;
    private CcsState state = new CcsState();

    // The local half. Nothing below is replicated.
    private OwnDisk own = OwnDisk.UNKNOWN;
    private long lookAtMs = Long.MAX_VALUE;
    private Patience patience = Patience.NONE;

    /// By message; a document by its hash.
    private final Proposals<Record> proposals = new Proposals<>(RETRY_MS);

    private ConfigVersion announceSent = ConfigVersion.NONE;
    private final SortedSet<Long> requests = new TreeSet<>();

    /// By request: an update in force whose operator has yet to hear of all disks, and until when.
    private final SortedMap<Long, Long> settling = new TreeMap<>();

    private final SortedMap<Long, ConfigVersion> confirming = new TreeMap<>();
    private long nextMs = Long.MAX_VALUE;

    /// All of the local half.
    ///
    /// @param lookAtMs when to look at the disk again that didn't say what is on it
    /// @param announceSent handed to cman in this view
    /// @param requests updates of this life that wait for their outcome
    /// @param settling updates in force, and until when all disks are waited for
    /// @param confirming requests and the version they confirm
    /// @param nextMs as [#nextDeadlineMs]
    record Local(
            OwnDisk own,
            long lookAtMs,
            Patience patience,
            List<Proposals.Said<Record>> underWay,
            ConfigVersion announceSent,
            SortedSet<Long> requests,
            SortedMap<Long, Long> settling,
            SortedMap<Long, ConfigVersion> confirming,
            long nextMs) {
        Local {
            underWay = List.copyOf(underWay);
            requests = new TreeSet<>(requests);
            settling = new TreeMap<>(settling);
            confirming = new TreeMap<>(confirming);
        }
    }

    /// What [#local] gives, for codecs of records.
    public static Class<? extends Record> localKind() {
        return Local.class;
    }

    /// @param self this run of this node
    public ConfigLog(Node self) {
        this.self = self;
    }

    /// In force; empty until the cluster has been quorate once.
    public Optional<Document> chosen() {
        return state.choice().inForce();
    }

    /// Whether the cluster is quorate at this place of the log.
    public boolean quorate() {
        return state.standing().quorate();
    }

    @Override
    public void apply(GroupEntry entry) {
        state.apply(entry);
    }

    @Override
    public List<CcsEffect> drive(Drive<GroupEntry, CcsEvent> why, long nowMs) {
        List<CcsEffect> out = new ArrayList<>();
        state.drainChanges().forEach(change -> out.add(new CcsEffect.Log(false, place() + change)));
        switch (why) {
            case Drive.Applied<GroupEntry, CcsEvent>(GroupEntry entry) -> applied(entry, out);
            case Drive.Restored<GroupEntry, CcsEvent> _ -> {
                proposals.forget();
                announceSent = ConfigVersion.NONE;
                patience = patience.restored();
            }
            case Drive.Local<GroupEntry, CcsEvent>(CcsEvent event) -> local(event, nowMs, out);
            case Drive.Tick<GroupEntry, CcsEvent> _ -> {}
        }
        if (nowMs >= lookAtMs) {
            lookAtMs = Long.MAX_VALUE;
            out.add(new CcsEffect.Look());
        }
        answer(nowMs, out);
        keepInStep(nowMs, out);
        propose(nowMs, out);
        announce(out);
        nextMs = Math.min(Math.min(own.nextMs(), lookAtMs), Math.min(patience.nextMs(nowMs), proposals.settle()));
        nextMs = Math.min(nextMs, settling.values().stream().min(Long::compare).orElse(Long.MAX_VALUE));
        return out;
    }

    private String place() {
        return "node=" + self.nodeid() + " ring=" + state.standing().ringSequence() + " ";
    }

    private void applied(GroupEntry entry, List<CcsEffect> out) {
        if (entry instanceof GroupEntry.View) {
            // The lowest may be another one now, and cman has another configuration perhaps.
            announceSent = ConfigVersion.NONE;
        }
        if (!(entry instanceof GroupEntry.Message message)) {
            return;
        }
        try {
            CcsMessage said = CcsMessage.decode(message.payload());
            if (message.from().equals(self)) {
                proposals.landed(key(said));
            }
            if (said instanceof CcsMessage.Report(OnDisk report)) {
                stranger(message.from(), report, out);
            }
        } catch (MalformedMessage e) {
            // As the replicated half does.
        }
    }

    /// What makes it the same proposal.
    private static Record key(CcsMessage said) {
        return said instanceof CcsMessage.Elected(byte[] octets)
                ? new ConfigVersion(0, ConfigReader.sha256(octets))
                : (Record) said;
    }

    /// Names the node whose file can't be the cluster's, on every node, since nobody knows which log is
    /// read.
    private void stranger(Node from, OnDisk report, List<CcsEffect> out) {
        chosen().map(Document::version).ifPresent(now -> {
            if (state.standing().view().contains(from)
                    && report.file().number() >= now.number()
                    && !report.file().equals(now)) {
                out.add(new CcsEffect.Log(
                        true,
                        "node " + from.nodeid() + " came with cluster.conf " + report.file() + ": refused, " + now
                                + " is in force"));
            }
        });
    }

    private void local(CcsEvent event, long nowMs, List<CcsEffect> out) {
        switch (event) {
            case CcsEvent.Found(OnDisk found, List<Document> documents) -> own = own.found(found, documents);
            case CcsEvent.NotFound() -> lookAtMs = nowMs + LOOK_MS;
            case CcsEvent.Staged(ConfigVersion version, long attempt) -> own = own.staged(version, attempt);
            case CcsEvent.Installed(ConfigVersion version, long attempt) -> {
                own = own.installed(version, attempt, chosen(), self.nodeid());
                out.add(new CcsEffect.Log(false, "cluster.conf is now " + version));
            }
            case CcsEvent.Discarded() -> own = own.discarded();
            case CcsEvent.WriteFailed(String reason) -> {
                own = own.refused(nowMs + RETRY_MS, new CcsMessage.Trouble(reason).why());
                out.add(new CcsEffect.Log(true, "can't write cluster.conf: " + reason + ": trying again"));
            }
            case CcsEvent.Update update -> update(update, out);
            case CcsEvent.Confirm(long request) ->
                state.onProbation()
                        .ifPresentOrElse(
                                version -> confirming.put(request, version),
                                () -> out.add(new CcsEffect.Answer(request, false, "nothing is on probation")));
        }
    }

    private void update(CcsEvent.Update update, List<CcsEffect> out) {
        Reading<ClusterConfig> reading = ConfigReader.parse(update.octets(), "cluster.conf");
        String why;
        if (reading.config().isEmpty()) {
            why = reading.errors().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        } else if (!CcsMessage.fits(update.octets())) {
            why = "the file doesn't pack into one message";
        } else {
            why = state.refusal(Document.of(update.octets()), true);
        }
        if (!why.isEmpty()) {
            out.add(new CcsEffect.Answer(update.request(), false, why));
            return;
        }
        requests.add(update.request());
        // Said once: an outcome follows wherever in the log it comes.
        out.add(new CcsEffect.Send(new CcsMessage.Propose(update.request(), update.probationSec(), update.octets())));
    }

    private void answer(long nowMs, List<CcsEffect> out) {
        for (Outcome end : state.outcomes()) {
            if (end.from().equals(self) && requests.remove(end.request())) {
                if (end.done()) {
                    settling.put(end.request(), nowMs + SETTLE_MS);
                } else {
                    out.add(new CcsEffect.Answer(end.request(), false, end.text()));
                }
            }
        }
        boolean settled = unsaid().isEmpty();
        settling.entrySet().removeIf(waiting -> {
            boolean over = settled || nowMs >= waiting.getValue();
            if (over) {
                out.add(new CcsEffect.Answer(waiting.getKey(), true, disks()));
            }
            return over;
        });
        Optional<ConfigVersion> trial = state.onProbation();
        confirming.entrySet().removeIf(waiting -> {
            ConfigVersion version = waiting.getValue();
            if (version.equals(trial.orElse(null))) {
                return false;
            }
            boolean stays = stays(version);
            String why = stays ? "" : "cluster.conf " + version + " wasn't confirmed in time";
            out.add(new CcsEffect.Answer(waiting.getKey(), stays, why));
            return true;
        });
    }

    /// Members of the group that have said neither that they have what is in force nor that they can't.
    private List<Node> unsaid() {
        ConfigVersion now = chosen().map(Document::version).orElse(ConfigVersion.NONE);
        return state.standing().members().values().stream()
                .filter(state.standing().view()::contains)
                .filter(node -> !state.troubles().containsKey(node))
                .filter(node -> !now.equals(Optional.ofNullable(state.reports().get(node))
                        .map(OnDisk::file)
                        .orElse(null)))
                .toList();
    }

    /// What an operator should know of disks that haven't what is in force: one node a line.
    private String disks() {
        List<String> lines = new ArrayList<>();
        List<Node> unsaid = unsaid();
        state.standing().members().forEach((nodeid, node) -> {
            String name = state.name(nodeid) + ": ";
            String trouble = state.troubles().get(node);
            if (trouble != null) {
                lines.add(name + "can't write cluster.conf: " + trouble + ": it goes by the new one and keeps trying");
            } else if (!state.standing().view().contains(node)) {
                lines.add(name + "ccsd doesn't run there: the file comes there when it does");
            } else if (unsaid.contains(node)) {
                lines.add(name + "hasn't said yet that the file is on its disk");
            }
        });
        return String.join("\n", lines);
    }

    /// Whether a version is in force and the former one isn't on its way back.
    private boolean stays(ConfigVersion version) {
        return state.choice() instanceof InForce now
                && now.document().version().equals(version)
                && now.update().filter(update -> update.asked().isEmpty()).isEmpty();
    }

    private void keepInStep(long nowMs, List<CcsEffect> out) {
        own = own.at(nowMs);
        own.due(state.choice()).ifPresent(write -> {
            if (write instanceof CcsEffect.Install(Document chosen, long _, boolean keepAside) && keepAside) {
                out.add(new CcsEffect.Log(
                        true,
                        "cluster.conf " + own.disk().map(OnDisk::file).orElse(ConfigVersion.NONE)
                                + " of this node isn't the cluster's " + chosen.version() + ": kept aside"));
            } else if (write instanceof CcsEffect.Install(Document chosen, long _, boolean _) && own.isBehind(chosen)) {
                out.add(new CcsEffect.Log(
                        false,
                        "cluster.conf " + own.disk().map(OnDisk::file).orElse(ConfigVersion.NONE)
                                + " of this node is older than the cluster's " + chosen.version() + ": replaced"));
            }
            own = own.begun(write);
            out.add(write);
        });
    }

    /// What this node has to say, and what one node says for all: the lowest one that can.
    private void propose(long nowMs, List<CcsEffect> out) {
        own.disk().ifPresent(disk -> {
            if (state.standing().view().contains(self)
                    && !disk.equals(state.reports().get(self))) {
                say(new CcsMessage.Report(disk), nowMs, out);
            }
        });
        String trouble = own.trouble();
        if (!trouble.isEmpty()
                && state.standing().view().contains(self)
                && !trouble.equals(state.troubles().get(self))) {
            say(new CcsMessage.Trouble(trouble), nowMs, out);
        }
        state.onProbation().ifPresent(version -> {
            if (confirming.containsValue(version)) {
                say(new CcsMessage.Confirm(version), nowMs, out);
            }
        });
        if (state.choice() instanceof Elected(ConfigVersion version) && firstHolder(version)) {
            own.atHand().stream()
                    .filter(document -> document.version().equals(version))
                    .findFirst()
                    .ifPresent(document -> say(new CcsMessage.Elected(document.octets()), nowMs, out));
        }
        patience = patience.at(state, lowest(), nowMs);
        if (patience.election().over(nowMs)) {
            say(new CcsMessage.Elect(), nowMs, out);
        }
        if (!lowest() || !quorate()) {
            return;
        }
        if (patience.update().over(nowMs)) {
            patience.update().what().ifPresent(attempt -> say(new CcsMessage.Abandon(attempt), nowMs, out));
        }
        if (patience.probation().over(nowMs) && state.choice().pending().isEmpty()) {
            patience.probation().what().ifPresent(version -> say(new CcsMessage.Revert(version), nowMs, out));
        }
    }

    private void say(CcsMessage message, long nowMs, List<CcsEffect> out) {
        if (proposals.say(key(message), nowMs)) {
            out.add(new CcsEffect.Send(message));
        }
    }

    private void announce(List<CcsEffect> out) {
        chosen().ifPresent(document -> {
            ConfigVersion now = document.version();
            if (quorate() && lowest() && !state.announced().equals(now) && !announceSent.equals(now)) {
                announceSent = now;
                out.add(new CcsEffect.Announce(document));
            }
        });
    }

    private boolean lowest() {
        SortedSet<Node> view = state.standing().view();
        return !view.isEmpty() && view.first().equals(self);
    }

    private boolean firstHolder(ConfigVersion version) {
        SortedSet<Integer> holders = ConfigVote.holders(state, version);
        return !holders.isEmpty() && holders.first() == self.nodeid();
    }

    @Override
    public long nextDeadlineMs() {
        return nextMs;
    }

    @Override
    public byte[] snapshot() {
        return CcsStateCodec.encode(state);
    }

    @Override
    public void restore(byte[] snapshot) throws MalformedMessage {
        state = CcsStateCodec.decode(snapshot);
    }

    @Override
    public Record local() {
        return new Local(
                own, lookAtMs, patience, proposals.underWay(), announceSent, requests, settling, confirming, nextMs);
    }

    @Override
    public void resume(Record local) throws MalformedMessage {
        if (!(local instanceof Local half)) {
            throw new MalformedMessage(
                    "not the local half of ccsd: " + local.getClass().getName());
        }
        own = half.own;
        lookAtMs = half.lookAtMs;
        patience = half.patience;
        proposals.resume(half.underWay);
        announceSent = half.announceSent;
        requests.clear();
        requests.addAll(half.requests);
        settling.clear();
        settling.putAll(half.settling);
        confirming.clear();
        confirming.putAll(half.confirming);
        nextMs = half.nextMs;
    }

    /// For messages of broken invariants.
    @Override
    public String toString() {
        return state.toString();
    }
}
