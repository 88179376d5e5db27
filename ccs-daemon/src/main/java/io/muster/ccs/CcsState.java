package io.muster.ccs;

import io.muster.ccs.Choice.Elected;
import io.muster.ccs.Choice.InForce;
import io.muster.ccs.Choice.Spreading;
import io.muster.ccs.Choice.Unelected;
import io.muster.config.ClusterNode;
import io.muster.config.ConfigVersion;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.member.Standing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The replicated half of ccsd: what all members know of cluster.conf, and how the log changes it.
///
/// Thread: the core's.
final class CcsState {
    /// An update that a quorum doesn't have on disk by then is given up.
    static final long UPDATE_MS = 30_000;

    static final int MAX_OUTCOMES = 64;

    /// Of so many disks in trouble an operator is told when an update is given up.
    private static final int MAX_TOLD = 16;

    private static final Pattern NUMBER = Pattern.compile("(<cluster\\b[^>]*?\\bconfig_version\\s*=\\s*[\"'])([0-9]+)");

    private final Standing standing;
    private final MemberNames names;
    private Choice choice;

    /// The last number given to a proposal.
    private long attempt;

    /// What cman has in force, if it knows that it is agreed.
    private ConfigVersion announced;

    private final SortedMap<Node, OnDisk> reports;

    /// Whose disks have refused what is to be on them, and why; until they say that they have it.
    private final SortedMap<Node, String> troubles;

    private final List<Outcome> outcomes;

    /// What [#enter] has done and nobody has reported yet; for the log, not replicated.
    private final List<String> changes = new ArrayList<>();

    CcsState() {
        this(
                new Standing(),
                new MemberNames(),
                new Unelected(),
                0,
                ConfigVersion.NONE,
                new TreeMap<>(),
                new TreeMap<>(),
                new ArrayList<>());
    }

    /// As another replica has it. The collections become this one's.
    CcsState(
            Standing standing,
            MemberNames names,
            Choice choice,
            long attempt,
            ConfigVersion announced,
            SortedMap<Node, OnDisk> reports,
            SortedMap<Node, String> troubles,
            List<Outcome> outcomes) {
        this.standing = standing;
        this.names = names;
        this.choice = choice;
        this.attempt = attempt;
        this.announced = announced;
        this.reports = reports;
        this.troubles = troubles;
        this.outcomes = outcomes;
    }

    Standing standing() {
        return standing;
    }

    /// What the members are called.
    MemberNames names() {
        return names;
    }

    Choice choice() {
        return choice;
    }

    long attempt() {
        return attempt;
    }

    ConfigVersion announced() {
        return announced;
    }

    /// What each ccsd of the group has on disk, as far as it has said so.
    SortedMap<Node, OnDisk> reports() {
        return Collections.unmodifiableSortedMap(reports);
    }

    SortedMap<Node, String> troubles() {
        return Collections.unmodifiableSortedMap(troubles);
    }

    /// Each trouble on a line of its own, by the node's name.
    private String troubleText() {
        StringBuilder text = new StringBuilder();
        troubles.entrySet().stream()
                .limit(MAX_TOLD)
                .forEach(entry -> text.append('\n')
                        .append(name(entry.getKey().nodeid()))
                        .append(": ")
                        .append(entry.getValue()));
        int more = troubles.size() - MAX_TOLD;
        return more > 0 ? text + "\nand " + more + " more" : text.toString();
    }

    /// As cluster.conf calls a node.
    String name(int nodeid) {
        return choice.inForce()
                .flatMap(document -> document.config().node(nodeid))
                .map(ClusterNode::name)
                .orElse("node " + nodeid);
    }

    List<Outcome> outcomes() {
        return Collections.unmodifiableList(outcomes);
    }

    /// The version on probation.
    Optional<ConfigVersion> onProbation() {
        return choice instanceof InForce now
                ? now.probation().map(trial -> now.document().version())
                : Optional.empty();
    }

    /// Changes of [#choice] since the last call, one line each.
    List<String> drainChanges() {
        List<String> lines = List.copyOf(changes);
        changes.clear();
        return lines;
    }

    /// The only way from one choice to the next.
    private void enter(Choice next, String reason) {
        enter(next, choice.mayBecome(next), reason);
    }

    private void enter(Choice next, boolean allowed, String reason) {
        if (!allowed) {
            throw new IllegalStateException("ring " + standing.ringSequence() + ": from " + choice + " to " + next
                    + ", attempt " + attempt + ": " + reason);
        }
        // One more node that has it on disk isn't worth a line.
        if (!choice.toString().equals(next.toString())) {
            changes.add(choice + " -> " + next + ": " + reason);
        }
        choice = next;
        follow();
    }

    private void follow() {
        if (choice instanceof InForce now) {
            names.follow(standing.members(), now.document().config());
        }
    }

    void apply(GroupEntry entry) {
        standing.apply(entry);
        follow();
        switch (entry) {
            case GroupEntry.View view -> {
                reports.keySet().retainAll(view.members());
                view.joined().forEach(reports::remove);
                troubles.keySet().retainAll(view.members());
                view.joined().forEach(troubles::remove);
            }
            case GroupEntry.Config config -> {
                var version = new ConfigVersion(config.version(), config.sha256());
                announced = config.agreed() ? version : ConfigVersion.NONE;
                if (config.agreed() && !version.equals(inForce())) {
                    follow(config);
                }
            }
            case GroupEntry.Message message -> message(message);
            case GroupEntry.Membership _,
                    GroupEntry.Quorum _,
                    GroupEntry.Fenced _,
                    GroupEntry.Vouched _,
                    GroupEntry.Recovered _ -> {}
        }
        // Behind a change of members the word on quorum follows; until then a shrunken cluster would
        // count as quorate.
        if (entry instanceof GroupEntry.Quorum || (entry instanceof GroupEntry.Message m && m.regular())) {
            settle();
        }
    }

    private ConfigVersion inForce() {
        return choice.inForce().map(Document::version).orElse(ConfigVersion.NONE);
    }

    /// What cman has in force wins over what this group thinks and over any disk: the group may have
    /// begun afresh while cmans lived that know better. A later one that cman has yet to hear of stays.
    private void follow(GroupEntry.Config config) {
        if (inForce().number() > config.version()) {
            return;
        }
        Document.of(config.bytes()).ifPresent(document -> {
            if (choice instanceof InForce now) {
                now.update().ifPresent(update -> outcome(update, false, document.version() + " is in force"));
            }
            number(config.position());
            var next = new InForce(document, attempt, Optional.empty(), Optional.empty());
            enter(next, choice.mayFollow(next), "cman has it in force");
        });
    }

    /// The number of the next attempt. Numbers of another group of the same cluster, which nobody here
    /// may have seen, aren't given again: positions only grow.
    private void number(long position) {
        for (OnDisk report : reports.values()) {
            attempt = Math.max(attempt, Math.max(report.attempt(), report.fileAttempt()));
        }
        attempt = Math.max(attempt + 1, position);
    }

    private void message(GroupEntry.Message message) {
        CcsMessage decoded;
        try {
            decoded = CcsMessage.decode(message.payload());
        } catch (MalformedMessage e) {
            return;
        }
        Node from = message.from();
        boolean acts = message.regular() && standing.quorate();
        // Whatever may begin an attempt takes its number even if it begins none here: a lost member, to
        // which it came in a regular configuration, may have staged something under that number.
        switch (decoded) {
            case CcsMessage.Report(OnDisk report) -> report(from, report);
            case CcsMessage.Trouble(String why) -> {
                if (standing.view().contains(from)) {
                    troubles.put(from, why);
                }
            }
            case CcsMessage.Propose propose -> {
                number(message.position());
                propose(from, propose, message.regular());
            }
            case CcsMessage.Abandon(long given) -> {
                if (acts) {
                    abandon(given);
                }
            }
            case CcsMessage.Elect() -> {
                if (acts && ConfigVote.quorumHeard(this)) {
                    elect("a quorum has said what it has");
                }
            }
            case CcsMessage.Elected(byte[] octets) -> {
                number(message.position());
                if (message.regular()) {
                    spread(octets, from);
                }
            }
            case CcsMessage.Confirm(ConfigVersion version) -> {
                if (choice instanceof InForce now
                        && version.equals(onProbation().orElse(null))) {
                    enter(now.confirmed(), "confirmed");
                }
            }
            case CcsMessage.Revert(ConfigVersion version) -> {
                number(message.position());
                if (acts) {
                    revert(version);
                }
            }
        }
    }

    private void report(Node from, OnDisk report) {
        if (!standing.view().contains(from)) {
            return;
        }
        reports.put(from, report);
        troubles.remove(from);
        if (choice.pending()
                .filter(pending -> report.has(pending.document().version()))
                .isEmpty()) {
            return;
        }
        String reason = "on disk of node " + from.nodeid();
        switch (choice) {
            case Spreading(Pending first) -> enter(new Spreading(first.on(from.nodeid())), reason);
            case InForce now -> enter(now.with(now.update().map(update -> update.on(from.nodeid()))), reason);
            case Unelected _, Elected _ -> {}
        }
    }

    private void propose(Node from, CcsMessage.Propose propose, boolean regular) {
        Optional<Document> document = Document.of(propose.octets());
        String why = refusal(document, regular);
        if (why.isEmpty() && document.isPresent() && choice instanceof InForce now) {
            Optional<Update.Asked> asked = Optional.of(new Update.Asked(from, propose.request()));
            Update update = new Update(begin(document.get()), asked, propose.probationSec());
            enter(now.with(Optional.of(update)), "proposed at node " + from.nodeid());
        } else {
            outcome(from, propose.request(), false, why);
        }
    }

    /// Why a proposal can't be taken at this place of the log; empty if it can.
    String refusal(Optional<Document> document, boolean regular) {
        if (!regular || !standing.quorate()) {
            return "Cluster is not quorate";
        }
        if (document.isEmpty()) {
            return "the file isn't valid";
        }
        if (!(choice instanceof InForce in)) {
            return "the cluster hasn't agreed on its present configuration yet";
        }
        if (in.update().isPresent()) {
            return "another update is under way: run it again when that has ended";
        }
        Document now = in.document();
        Document next = document.get();
        if (!next.config().name().equals(now.config().name())) {
            return "the file is of cluster \"" + next.config().name() + "\", this is \""
                    + now.config().name() + "\"";
        }
        String number = next.version().refusedAfter(now.version());
        return number.isEmpty() ? names.refusal(next.config()) : number;
    }

    private Pending begin(Document document) {
        // Whose disk refused something before may have room for this; who hasn't says so again.
        troubles.clear();
        return new Pending(attempt, document, ConfigVote.holders(this, document.version()));
    }

    private void abandon(long given) {
        if (choice.pending().filter(pending -> pending.attempt() == given).isEmpty()) {
            return;
        }
        String why = "given up: in " + UPDATE_MS / 1000 + " s no quorum had it on disk";
        switch (choice) {
            case Spreading(Pending first) -> enter(new Elected(first.document().version()), why);
            case InForce now -> {
                enter(now.with(Optional.empty()), why);
                now.update().ifPresent(update -> outcome(update, false, why + troubleText()));
            }
            case Unelected _, Elected _ -> {}
        }
    }

    private void elect(String reason) {
        if (!(choice instanceof Unelected)) {
            return;
        }
        ConfigVote.best(this).ifPresent(version -> enter(new Elected(version), reason));
    }

    private void spread(byte[] octets, Node from) {
        Optional<Document> document = Document.of(octets);
        if (choice instanceof Elected(ConfigVersion version)
                && document.filter(sent -> sent.version().equals(version)).isPresent()) {
            enter(new Spreading(begin(document.get())), "node " + from.nodeid() + " has sent it");
        }
    }

    private void revert(ConfigVersion version) {
        if (!(choice instanceof InForce now)
                || now.update().isPresent()
                || !version.equals(onProbation().orElse(null))) {
            return;
        }
        Optional<Update> back = now.probation()
                .flatMap(trial -> renumbered(trial.before(), version.number() + 1))
                .map(former -> new Update(begin(former), Optional.empty(), 0));
        enter(now.confirmed().with(back), "not confirmed in time");
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
        if (!standing.quorate()) {
            return;
        }
        if (choice instanceof Unelected && ConfigVote.allHeard(this)) {
            elect("all members have said what they have");
        }
        if (choice instanceof Elected(ConfigVersion version)
                && ConfigVote.holders(this, version).isEmpty()) {
            // The others decide anew among what is left.
            enter(new Unelected(), "whoever had it has gone");
        }
        if (choice.pending()
                .filter(pending -> ConfigVote.durable(this, pending))
                .isPresent()) {
            commit();
        }
    }

    private void commit() {
        String reason = "a quorum has it on disk";
        switch (choice) {
            case Spreading(Pending first) -> enter(new InForce(first), reason);
            case InForce now ->
                now.update().ifPresent(update -> {
                    enter(now.after(update), reason);
                    outcome(update, true, "");
                });
            case Unelected _, Elected _ -> {}
        }
    }

    private void outcome(Update update, boolean done, String text) {
        update.asked().ifPresent(asked -> outcome(asked.from(), asked.request(), done, text));
    }

    private void outcome(Node from, long request, boolean done, String text) {
        outcomes.add(new Outcome(from, request, done, text));
        if (outcomes.size() > MAX_OUTCOMES) {
            outcomes.removeFirst();
        }
    }

    /// For messages of broken invariants.
    @Override
    public String toString() {
        return choice + ", attempt " + attempt + ", " + standing + ", reports " + reports;
    }
}
