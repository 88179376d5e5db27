package io.muster.ccs;

import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import io.muster.config.Problem;
import io.muster.config.Reading;
import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
/// What was committed is never lost to a full restart: a quorum has it on disk before it is in force, every
/// later quorum has one of those nodes, and elections count what is staged ([ConfigVote#best]).
///
/// The local half keeps the node's disk in step with the replicated state: it compares, writes what differs,
/// one write at a time, and reports.
public final class ConfigLog implements ReplicatedCore<GroupEntry, CcsEvent, CcsEffect> {
    /// An update that a quorum doesn't have on disk by then is given up.
    static final long UPDATE_MS = 30_000;

    /// How long those that start a little later may still bring their file into the first election.
    static final long GRACE_MS = 2_000;

    static final long RETRY_MS = 5_000;

    static final long LOOK_MS = 1_000;

    private static final Pattern NUMBER = Pattern.compile("(<cluster\\b[^>]*?\\bconfig_version\\s*=\\s*[\"'])([0-9]+)");

    private final Node self;
    private CcsState state = new CcsState();

    // The local half. Nothing below is replicated.
    private Optional<OnDisk> disk = Optional.empty();
    private List<Document> own = List.of();
    private Optional<OnDisk> reported = Optional.empty();
    private Optional<Document> writing = Optional.empty();
    private long retryAtMs;
    /// When to look at the disk again that didn't say what is on it.
    private long lookAtMs = Long.MAX_VALUE;
    private long electAtMs = Long.MAX_VALUE;
    private ConfigVersion documentSent = ConfigVersion.NONE;
    private ConfigVersion announceSent = ConfigVersion.NONE;
    private long abandonAttempt;
    private long abandonAtMs = Long.MAX_VALUE;
    private ConfigVersion probation = ConfigVersion.NONE;
    private long revertAtMs = Long.MAX_VALUE;
    private final SortedMap<Long, String> requests = new TreeMap<>();
    private final SortedMap<Long, ConfigVersion> confirming = new TreeMap<>();

    /// @param self this run of this node
    public ConfigLog(Node self) {
        this.self = self;
    }

    /// The number before the first request of a life of ccsd.
    ///
    /// Outcomes are kept for each run of cman, which outlives a ccsd: one that counted from 0 again would hear
    /// of a former life's requests as its own. The clock won't do: it may be set back.
    ///
    /// @param dice whose sequence differs from one life to the next
    public static long beforeFirstRequest(RandomGenerator dice) {
        return dice.nextLong() >>> 1;
    }

    /// In force; empty until the cluster has been quorate once.
    public Optional<Document> chosen() {
        return state.chosen;
    }

    /// Whether the cluster is quorate at this place of the log.
    public boolean quorate() {
        return state.quorate;
    }

    @Override
    public void apply(GroupEntry entry) {
        switch (entry) {
            case GroupEntry.View view -> {
                state.members.clear();
                state.members.addAll(view.members());
                state.reports.keySet().retainAll(view.members());
                state.reports.keySet().removeAll(view.joined());
            }
            case GroupEntry.Membership membership -> {
                state.cluster.clear();
                state.cluster.addAll(membership.members());
            }
            case GroupEntry.Quorum quorum -> state.quorate = quorum.quorate();
            case GroupEntry.Config config -> state.announced = new ConfigVersion(config.version(), config.sha256());
            case GroupEntry.Message message -> message(message);
            case GroupEntry.Fenced _, GroupEntry.Recovered _ -> {}
        }
        // Behind a change of members the word on quorum follows; until then a shrunken cluster would count as
        // quorate.
        if (entry instanceof GroupEntry.Quorum || (entry instanceof GroupEntry.Message m && m.regular())) {
            settle();
        }
    }

    private void message(GroupEntry.Message message) {
        CcsMessage decoded;
        try {
            decoded = CcsMessage.decode(message.payload());
        } catch (MalformedMessage e) {
            return;
        }
        Node from = message.from();
        // Whatever may begin an attempt takes its number even if it begins none here: a lost member, to which
        // it came in a regular configuration, may have staged something under that number.
        switch (decoded) {
            case CcsMessage.Report(OnDisk report) -> {
                if (state.members.contains(from)) {
                    state.reports.put(from, report);
                    state.pending
                            .filter(pending -> report.has(pending.document().version()))
                            .ifPresent(pending -> pending.onDisk().add(from.nodeid()));
                }
            }
            case CcsMessage.Propose propose -> propose(from, propose, message.regular());
            case CcsMessage.Abandon(long attempt) -> {
                if (message.regular()
                        && state.quorate
                        && state.pending.filter(p -> p.attempt() == attempt).isPresent()) {
                    Pending pending = state.pending.get();
                    state.pending = Optional.empty();
                    state.outcome(
                            pending.from(),
                            pending.request(),
                            false,
                            "given up: in " + UPDATE_MS / 1000 + " s no quorum had it on disk");
                }
            }
            case CcsMessage.Elect() -> {
                if (message.regular() && state.quorate && ConfigVote.quorumHeard(state)) {
                    elect();
                }
            }
            case CcsMessage.Elected(byte[] octets) -> elected(octets, message.regular());
            case CcsMessage.Confirm(ConfigVersion version) -> {
                if (state.chosen
                        .filter(document -> document.version().equals(version))
                        .isPresent()) {
                    state.before = Optional.empty();
                    state.probationSec = 0;
                }
            }
            case CcsMessage.Revert(ConfigVersion version) -> {
                state.attempt++;
                if (message.regular()) {
                    revert(version);
                }
            }
        }
    }

    private void propose(Node from, CcsMessage.Propose propose, boolean regular) {
        state.attempt++;
        Optional<Document> document = Document.of(propose.octets());
        String why = refusal(document, regular);
        if (!why.isEmpty() || document.isEmpty()) {
            state.outcome(from, propose.request(), false, why);
            return;
        }
        begin(from, propose.request(), propose.probationSec(), document.get());
    }

    /// Why a proposal can't be taken at this place of the log; empty if it can.
    private String refusal(Optional<Document> document, boolean regular) {
        if (!regular || !state.quorate) {
            return "Cluster is not quorate";
        }
        if (document.isEmpty()) {
            return "the file isn't valid";
        }
        if (state.chosen.isEmpty()) {
            return "the cluster hasn't agreed on its present configuration yet";
        }
        if (state.pending.isPresent()) {
            return "another update is under way";
        }
        Document now = state.chosen.get();
        Document next = document.get();
        if (!next.config().name().equals(now.config().name())) {
            return "the file is of cluster \"" + next.config().name() + "\", this is \""
                    + now.config().name() + "\"";
        }
        if (next.version().number() <= now.version().number()) {
            return newer(now.version().number(), next.version().number());
        }
        return "";
    }

    /// The words for a number that doesn't grow.
    static String newer(int present, int proposed) {
        return "Proposed config_version " + proposed + " isn't greater than the current config_version " + present;
    }

    private void begin(Node from, long request, int probationSec, Document document) {
        SortedSet<Integer> holders = ConfigVote.holders(state, document.version());
        state.pending = Optional.of(new Pending(state.attempt, from, request, probationSec, document, holders));
    }

    private void elect() {
        if (state.chosen.isPresent() || state.pending.isPresent() || !state.elected.equals(ConfigVersion.NONE)) {
            return;
        }
        state.elected = ConfigVote.best(state).orElse(ConfigVersion.NONE);
        for (OnDisk report : state.reports.values()) {
            state.attempt = Math.max(state.attempt, Math.max(report.attempt(), report.fileAttempt()));
        }
    }

    private void elected(byte[] octets, boolean regular) {
        state.attempt++;
        Optional<Document> document = Document.of(octets);
        if (regular
                && state.chosen.isEmpty()
                && state.pending.isEmpty()
                && document.filter(d -> d.version().equals(state.elected)).isPresent()) {
            begin(CcsState.nobody(), 0, 0, document.get());
        }
    }

    private void revert(ConfigVersion version) {
        if (state.quorate
                && state.pending.isEmpty()
                && state.before.isPresent()
                && state.chosen
                        .filter(document -> document.version().equals(version))
                        .isPresent()) {
            Optional<Document> former = renumbered(state.before.get(), version.number() + 1);
            state.before = Optional.empty();
            state.probationSec = 0;
            former.ifPresent(document -> begin(CcsState.nobody(), 0, 0, document));
        }
    }

    /// The same document under another number.
    static Optional<Document> renumbered(Document document, int number) {
        String text = new String(document.octets(), StandardCharsets.ISO_8859_1);
        Matcher place = NUMBER.matcher(text);
        if (!place.find()) {
            return Optional.empty();
        }
        String changed = text.substring(0, place.start(2)) + number + text.substring(place.end(2));
        return Document.of(changed.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// What follows from the state without a message: elections that need no patience, and commits.
    private void settle() {
        if (!state.quorate) {
            return;
        }
        if (state.chosen.isEmpty() && ConfigVote.allHeard(state)) {
            elect();
        }
        if (state.chosen.isEmpty()
                && state.pending.isEmpty()
                && !state.elected.equals(ConfigVersion.NONE)
                && ConfigVote.holders(state, state.elected).isEmpty()) {
            // Whoever had it has gone: the others decide anew among what is left.
            state.elected = ConfigVersion.NONE;
        }
        state.pending.filter(pending -> ConfigVote.durable(state, pending)).ifPresent(this::commit);
    }

    private void commit(Pending pending) {
        state.before = pending.probationSec() > 0 ? state.chosen : Optional.empty();
        state.probationSec = pending.probationSec();
        state.chosen = Optional.of(pending.document());
        state.chosenAttempt = pending.attempt();
        state.elected = ConfigVersion.NONE;
        state.pending = Optional.empty();
        state.outcome(pending.from(), pending.request(), true, "");
    }

    @Override
    public List<CcsEffect> drive(Drive<GroupEntry, CcsEvent> why, long nowMs) {
        List<CcsEffect> out = new ArrayList<>();
        switch (why) {
            case Drive.Applied<GroupEntry, CcsEvent>(GroupEntry entry) -> {
                if (entry instanceof GroupEntry.View view) {
                    // What was sent may have come in a transitional configuration, where it counts for nothing.
                    documentSent = ConfigVersion.NONE;
                    announceSent = ConfigVersion.NONE;
                    if (view.joined().contains(self)) {
                        reported = Optional.empty();
                    }
                }
                stranger(entry, out);
            }
            case Drive.Restored<GroupEntry, CcsEvent> _ -> restored();
            case Drive.Local<GroupEntry, CcsEvent>(CcsEvent event) -> local(event, nowMs, out);
            case Drive.Tick<GroupEntry, CcsEvent> _ -> {}
        }
        if (nowMs >= lookAtMs) {
            lookAtMs = Long.MAX_VALUE;
            out.add(new CcsEffect.Look());
        }
        answer(out);
        keepInStep(nowMs, out);
        report(out);
        lead(out);
        patience(nowMs, out);
        return out;
    }

    /// Names the node whose file can't be the cluster's, on every node, since nobody knows which log is read.
    private void stranger(GroupEntry entry, List<CcsEffect> out) {
        if (!(entry instanceof GroupEntry.Message message) || state.chosen.isEmpty()) {
            return;
        }
        OnDisk report = state.reports.getOrDefault(message.from(), OnDisk.NOTHING);
        ConfigVersion now = state.chosen.get().version();
        if (report.file().number() >= now.number()
                && !report.file().equals(now)
                && message.payload().length > 1
                && message.payload()[1] == CcsMessage.REPORT) {
            out.add(new CcsEffect.Log(
                    true,
                    "node " + message.from().nodeid() + " came with cluster.conf " + report.file() + ": refused, " + now
                            + " is in force"));
        }
    }

    private void restored() {
        reported = Optional.empty();
        electAtMs = Long.MAX_VALUE;
        documentSent = ConfigVersion.NONE;
        announceSent = ConfigVersion.NONE;
    }

    private void local(CcsEvent event, long nowMs, List<CcsEffect> out) {
        switch (event) {
            case CcsEvent.Found(OnDisk found, List<Document> documents) -> {
                disk = Optional.of(found);
                own = documents;
            }
            case CcsEvent.Staged(ConfigVersion version, long attempt) -> {
                written();
                disk = disk.map(
                        d -> new OnDisk(d.file(), d.fileAttempt(), version, attempt, d.votes(), d.expectedVotes()));
            }
            case CcsEvent.Installed(ConfigVersion version, long attempt) -> {
                written();
                disk = Optional.of(installed(version, attempt));
                out.add(new CcsEffect.Log(false, "cluster.conf is now " + version));
            }
            case CcsEvent.Discarded() -> {
                writing = Optional.empty();
                disk = disk.map(d ->
                        new OnDisk(d.file(), d.fileAttempt(), ConfigVersion.NONE, 0, d.votes(), d.expectedVotes()));
            }
            case CcsEvent.WriteFailed(String reason) -> {
                writing = Optional.empty();
                retryAtMs = nowMs + RETRY_MS;
                out.add(new CcsEffect.Log(true, "can't write cluster.conf: " + reason + ": trying again"));
            }
            case CcsEvent.Update update -> update(update, out);
            case CcsEvent.Confirm(long request) -> {
                if (state.before.isEmpty() || state.chosen.isEmpty()) {
                    out.add(new CcsEffect.Answer(request, false, "nothing is on probation"));
                } else {
                    ConfigVersion version = state.chosen.get().version();
                    confirming.put(request, version);
                    out.add(new CcsEffect.Send(new CcsMessage.Confirm(version)));
                }
            }
            case CcsEvent.NotFound() -> lookAtMs = nowMs + LOOK_MS;
        }
    }

    /// Keeps the document at hand, in case this node has to send it as the elected one.
    private void written() {
        List<Document> documents = new ArrayList<>(own);
        writing.ifPresent(documents::add);
        own = documents.size() > 3 ? documents.subList(documents.size() - 3, documents.size()) : documents;
        writing = Optional.empty();
    }

    private OnDisk installed(ConfigVersion version, long attempt) {
        OnDisk known = disk.orElse(OnDisk.NOTHING);
        Optional<Document> now =
                state.chosen.filter(document -> document.version().equals(version));
        int votes = now.flatMap(document -> document.config().node(self.nodeid()))
                .map(node -> node.votes())
                .orElse(known.votes());
        int expected =
                now.map(document -> document.config().cman().expectedVotes()).orElse(known.expectedVotes());
        return new OnDisk(version, attempt, ConfigVersion.NONE, 0, votes, expected);
    }

    private void update(CcsEvent.Update update, List<CcsEffect> out) {
        Reading reading = ConfigReader.parse(update.octets(), "cluster.conf");
        String why;
        if (reading.config().isEmpty()) {
            why = reading.errors().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        } else if (!CcsMessage.fits(update.octets())) {
            why = "the file doesn't pack into one message";
        } else {
            why = refusal(Document.of(update.octets()), true);
        }
        if (!why.isEmpty()) {
            out.add(new CcsEffect.Answer(update.request(), false, why));
            return;
        }
        requests.put(update.request(), "");
        out.add(new CcsEffect.Send(new CcsMessage.Propose(update.request(), update.probationSec(), update.octets())));
    }

    private void answer(List<CcsEffect> out) {
        for (Outcome end : state.outcomes) {
            if (end.from().equals(self) && requests.remove(end.request()) != null) {
                out.add(new CcsEffect.Answer(end.request(), end.done(), end.text()));
            }
        }
        if (state.before.isEmpty() && !confirming.isEmpty()) {
            confirming.keySet().forEach(request -> out.add(new CcsEffect.Answer(request, true, "")));
            confirming.clear();
        }
    }

    /// One write at a time, of what differs most from the state: a proposal to be staged, the document in
    /// force, and litter last.
    private void keepInStep(long nowMs, List<CcsEffect> out) {
        if (disk.isEmpty() || writing.isPresent() || nowMs < retryAtMs) {
            return;
        }
        retryAtMs = 0;
        OnDisk have = disk.get();
        if (state.pending.isPresent()
                && !have.has(state.pending.get().document().version())) {
            Pending pending = state.pending.get();
            writing = Optional.of(pending.document());
            out.add(new CcsEffect.Stage(pending.document(), pending.attempt()));
        } else if (state.chosen.isPresent()
                && !have.file().equals(state.chosen.get().version())) {
            Document chosen = state.chosen.get();
            boolean foreign = have.file().number() >= chosen.version().number();
            if (foreign) {
                out.add(new CcsEffect.Log(
                        true,
                        "cluster.conf " + have.file() + " of this node isn't the cluster's " + chosen.version()
                                + ": kept aside"));
            }
            writing = Optional.of(chosen);
            out.add(new CcsEffect.Install(chosen, state.chosenAttempt, foreign));
        } else if (state.pending.isEmpty()
                && state.chosen.isPresent()
                && !have.staged().equals(ConfigVersion.NONE)) {
            writing = state.chosen;
            out.add(new CcsEffect.Discard());
        }
    }

    private void report(List<CcsEffect> out) {
        if (disk.isPresent() && !disk.equals(reported) && state.members.contains(self)) {
            reported = disk;
            out.add(new CcsEffect.Send(new CcsMessage.Report(disk.get())));
        }
    }

    /// What one node does for all: the lowest one that can.
    private void lead(List<CcsEffect> out) {
        if (!state.elected.equals(ConfigVersion.NONE)
                && state.pending.isEmpty()
                && !documentSent.equals(state.elected)
                && firstHolder(state.elected)) {
            own.stream()
                    .filter(document -> document.version().equals(state.elected))
                    .findFirst()
                    .ifPresent(document -> {
                        documentSent = state.elected;
                        out.add(new CcsEffect.Send(new CcsMessage.Elected(document.octets())));
                    });
        }
        if (state.chosen.isPresent()
                && state.quorate
                && !state.announced.equals(state.chosen.get().version())
                && !announceSent.equals(state.chosen.get().version())
                && lowest()) {
            announceSent = state.chosen.get().version();
            out.add(new CcsEffect.Announce(state.chosen.get()));
        }
    }

    private boolean lowest() {
        return !state.members.isEmpty() && state.members.first().equals(self);
    }

    private boolean firstHolder(ConfigVersion version) {
        SortedSet<Integer> holders = new TreeSet<>(ConfigVote.holders(state, version));
        return !holders.isEmpty() && holders.first() == self.nodeid();
    }

    /// Time, which may only propose: the first election, an update nobody finishes, a probation that ends.
    private void patience(long nowMs, List<CcsEffect> out) {
        boolean electing = state.quorate
                && state.chosen.isEmpty()
                && state.pending.isEmpty()
                && state.elected.equals(ConfigVersion.NONE)
                && ConfigVote.quorumHeard(state)
                && lowest();
        if (!electing) {
            electAtMs = Long.MAX_VALUE;
        } else if (electAtMs == Long.MAX_VALUE) {
            electAtMs = nowMs + GRACE_MS;
        } else if (nowMs >= electAtMs) {
            electAtMs = nowMs + GRACE_MS;
            out.add(new CcsEffect.Send(new CcsMessage.Elect()));
        }
        long attempt = state.pending.map(Pending::attempt).orElse(0L);
        if (attempt != abandonAttempt) {
            abandonAttempt = attempt;
            abandonAtMs = attempt == 0 || state.chosen.isEmpty() ? Long.MAX_VALUE : nowMs + UPDATE_MS;
        } else if (nowMs >= abandonAtMs) {
            abandonAtMs = nowMs + UPDATE_MS;
            if (lowest()) {
                out.add(new CcsEffect.Send(new CcsMessage.Abandon(attempt)));
            }
        }
        ConfigVersion now = state.before.isEmpty()
                ? ConfigVersion.NONE
                : state.chosen.map(Document::version).orElse(ConfigVersion.NONE);
        if (!now.equals(probation)) {
            probation = now;
            revertAtMs = now.equals(ConfigVersion.NONE) ? Long.MAX_VALUE : nowMs + state.probationSec * 1000L;
        } else if (nowMs >= revertAtMs) {
            revertAtMs = nowMs + RETRY_MS;
            if (lowest()) {
                out.add(new CcsEffect.Send(new CcsMessage.Revert(now)));
            }
        }
    }

    @Override
    public long nextDeadlineMs() {
        long retry = writing.isPresent() || retryAtMs == 0 ? Long.MAX_VALUE : retryAtMs;
        return Math.min(Math.min(Math.min(retry, electAtMs), lookAtMs), Math.min(abandonAtMs, revertAtMs));
    }

    @Override
    public byte[] snapshot() {
        return state.encode();
    }

    @Override
    public void restore(byte[] snapshot) throws MalformedMessage {
        state = CcsState.decode(snapshot);
    }

    /// For messages of broken invariants.
    @Override
    public String toString() {
        return "quorate=" + state.quorate + " chosen=" + state.chosen + " elected=" + state.elected + " pending="
                + state.pending + " attempt=" + state.attempt + " members=" + state.members + " cluster="
                + state.cluster + " reports=" + state.reports;
    }
}
