package io.muster.ccs;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.simulator.Transcript;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// A [World] told in lines: what comes out of the log, once; what happens on each node, and what it
/// does.
final class Story implements World.Wrapping {
    private static final long BEGIN_MS = 1_000;

    private final Transcript transcript;
    private long toldPosition;

    Story(String name, String about) {
        transcript = Transcript.of(Story.class, name);
        transcript.note(about);
        transcript.add("");
    }

    @Override
    public Core<ReplicaEvent<CcsEvent>, ReplicaEffect<CcsEffect>> of(Replica<CcsEvent, CcsEffect> replica) {
        String who = "node " + replica.image().self().nodeid();
        return new Core<>() {
            @Override
            public List<ReplicaEffect<CcsEffect>> on(ReplicaEvent<CcsEvent> event, long nowMs) {
                switch (event) {
                    case ReplicaEvent.Entry<CcsEvent>(GroupEntry entry) -> entry(entry, nowMs);
                    case ReplicaEvent.Local<CcsEvent>(CcsEvent local) -> tell(nowMs, who, words(local));
                    case ReplicaEvent.Tick<CcsEvent>() -> {}
                }
                var effects = replica.on(event, nowMs);
                effects.forEach(effect -> tell(nowMs, who, words(effect)));
                return effects;
            }

            @Override
            public long nextDeadlineMs() {
                return replica.nextDeadlineMs();
            }
        };
    }

    /// What somebody outside does.
    void note(String what) {
        transcript.add("");
        transcript.note(what);
    }

    void check() {
        transcript.check();
    }

    private void tell(long nowMs, String who, String what) {
        if (!what.isEmpty()) {
            transcript.add(nowMs - BEGIN_MS, who, what);
        }
    }

    private void entry(GroupEntry entry, long nowMs) {
        if (entry.position() > toldPosition) {
            toldPosition = entry.position();
            tell(nowMs, "log " + entry.position(), words(entry));
        }
    }

    private static String nodes(List<Node> nodes) {
        return nodes.stream().map(node -> String.valueOf(node.nodeid())).collect(Collectors.joining(","));
    }

    private static String words(GroupEntry entry) {
        return switch (entry) {
            case GroupEntry.View view -> "the group is " + nodes(view.members());
            case GroupEntry.Membership now -> "members of the cluster are " + nodes(now.members());
            case GroupEntry.Quorum(long _, boolean quorate) -> quorate ? "quorate" : "not quorate";
            case GroupEntry.Config config -> "cman has " + config.version();
            case GroupEntry.Message message ->
                "from " + message.from().nodeid() + (message.regular() ? "" : ", transitional") + ": "
                        + said(message.payload());
            case GroupEntry.Fenced _, GroupEntry.Vouched _, GroupEntry.Recovered _ -> "";
        };
    }

    private static String said(byte[] payload) {
        try {
            return payload[0] == 1
                    ? words(CcsMessage.decode(Arrays.copyOfRange(payload, 1, payload.length)))
                    : "the state, for a joiner";
        } catch (MalformedMessage e) {
            throw new AssertionError(e);
        }
    }

    private static String words(CcsMessage message) {
        return switch (message) {
            case CcsMessage.Report(OnDisk disk) -> "on disk " + words(disk);
            case CcsMessage.Propose(long _, int probationSec, byte[] octets) ->
                "proposes " + document(octets) + (probationSec == 0 ? "" : ", on probation for " + probationSec + " s");
            case CcsMessage.Abandon(long attempt) -> "attempt " + attempt + " takes too long";
            case CcsMessage.Elect() -> "whoever wants a say has had it";
            case CcsMessage.Elected(byte[] octets) -> "here is " + document(octets);
            case CcsMessage.Confirm(var version) -> "confirms " + version;
            case CcsMessage.Revert(var version) -> "the time of " + version + " is over";
            case CcsMessage.Trouble(String why) -> "trouble: " + why;
        };
    }

    private static String document(byte[] octets) {
        return Document.of(octets)
                .map(document -> document.version().toString())
                .orElse("no configuration");
    }

    private static String words(OnDisk disk) {
        return disk.file()
                + (disk.fileAttempt() == 0 ? "" : " of attempt " + disk.fileAttempt())
                + (disk.attempt() == 0 ? "" : ", staged " + disk.staged() + " of attempt " + disk.attempt());
    }

    private static String words(CcsEvent event) {
        return switch (event) {
            case CcsEvent.Found(OnDisk disk, var _) -> "finds " + words(disk);
            case CcsEvent.NotFound() -> "the disk doesn't say";
            case CcsEvent.Staged(var version, long attempt) -> "has staged " + version + " of attempt " + attempt;
            case CcsEvent.Discarded() -> "has removed what was staged";
            // The core says so itself.
            case CcsEvent.Installed _, CcsEvent.WriteFailed _ -> "";
            case CcsEvent.Update update ->
                "ccs_tool update " + document(update.octets())
                        + (update.probationSec() == 0 ? "" : " for " + update.probationSec() + " s");
            case CcsEvent.Confirm(long _) -> "ccs_tool confirm";
        };
    }

    private static String words(ReplicaEffect<CcsEffect> effect) {
        return switch (effect) {
            // It comes out of the log.
            case ReplicaEffect.Send<CcsEffect> _ -> "";
            case ReplicaEffect.Perform<CcsEffect>(CcsEffect inner) -> words(inner);
            case ReplicaEffect.Synced<CcsEffect>(long position, int from) ->
                from == 0 ? "begins afresh" : "has the state of node " + from + " as of " + position;
            case ReplicaEffect.Ignored<CcsEffect>(long _, int _, String why) -> "ignores: " + why;
        };
    }

    private static String words(CcsEffect effect) {
        return switch (effect) {
            case CcsEffect.Send _, CcsEffect.Stage _, CcsEffect.Discard _, CcsEffect.Install _ -> "";
            case CcsEffect.Look() -> "looks at the disk again";
            case CcsEffect.Announce(Document document) -> "-> cman: " + document.version();
            case CcsEffect.Answer(long _, boolean done, String text) ->
                "-> ccs_tool: " + (done ? "done" : text.replace("\n", "; "));
            case CcsEffect.Log(boolean warning, String text) ->
                (warning ? "WARN " : "")
                        + (text.startsWith("node=")
                                ? text.substring(text.indexOf(' ', text.indexOf("ring=")) + 1)
                                : text);
        };
    }
}
