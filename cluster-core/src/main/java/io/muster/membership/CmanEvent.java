package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.group.GroupEntry.Level;
import io.muster.group.Remains;
import io.muster.membership.CmanSettings.Configured;
import io.muster.totem.RingEffect;
import io.muster.wire.Input;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What happens to a node's cman. Clients are local processes, numbered by the driver and never twice;
/// `request` is the client's own number for what it asks.
public sealed interface CmanEvent {
    /// Something the ring below says.
    record FromRing(RingEffect effect) implements CmanEvent {}

    /// The driver was called this much too late, or the clocks say that time has passed unseen.
    record Stalled(long ms) implements CmanEvent {}

    /// What the wall clock shows more than the monotonic clock: for the times that commands show, and for nothing else.
    record WallClock(long aheadMs) implements CmanEvent {}

    /// A node that this one has met knows of members that cluster.conf has no more, by nodeid.
    record Told(SortedMap<Integer, Configured> leaving) implements CmanEvent {
        public Told {
            leaving = Collections.unmodifiableSortedMap(new TreeMap<>(leaving));
        }

        /// From [CmanEffect.Leaving#octets] of another node.
        public static Told of(byte[] octets) throws MalformedMessage {
            Input in = new Input(octets);
            var told = new Told(ClusterState.decodeNodes(in));
            in.end();
            return told;
        }
    }

    /// A deadline has passed.
    record Tick() implements CmanEvent {}

    /// A client's connection is gone, whatever the reason: it is out of all its groups.
    record Gone(int client) implements CmanEvent {}

    /// What the ledger of this machine says may run here: once at the start, and in answer to
    /// [CmanEffect.ReadLedger].
    ///
    /// @param number of the question; 0 at the start
    /// @param remains empty when there is no ledger and none was lost: nothing, or nobody has kept one
    record LedgerRead(long number, Optional<Remains> remains) implements CmanEvent {}

    /// What this machine remembers of the last quorum it was in: once at the start, and in answer to
    /// [CmanEffect.RememberQuorum], whether that could be written or not.
    ///
    /// @param sequence of the ring; 0 for none
    record QuorumRemembered(long sequence) implements CmanEvent {}

    /// A client wants to be this node's member of a group. Its stream begins with the view that contains it.
    ///
    /// @param requiredMs how long this node may live without it once it was bound; 0 for ever
    record Join(int client, int request, String group, Optional<Level> level, int requiredMs) implements CmanEvent {}

    /// A client leaves a group in good order. What it leaves running, if anything, is in the ledger.
    record Part(int client, String group) implements CmanEvent {}

    /// A message to a group the client is in.
    record Send(int client, String group, byte[] payload, boolean safe, CauseId cause) implements CmanEvent {}

    /// A run of a node is proven harmless.
    record ReportFenced(int client, Node victim, String how, CauseId cause) implements CmanEvent {
        public ReportFenced(int client, Node victim, String how) {
            this(client, victim, how, CauseId.NONE);
        }
    }

    /// Of a run that is lost only these may still run.
    record ReportVouched(int client, Node run, Remains remains, CauseId cause) implements CmanEvent {}

    /// An operator says that a service runs no longer where a run's list has it.
    record Acknowledge(int client, int request, Node run, String service, CauseId cause) implements CmanEvent {}

    /// The client has recovered from everything up to a position.
    record ReportRecovered(int client, String group, long upTo, CauseId cause) implements CmanEvent {
        public ReportRecovered(int client, String group, long upTo) {
            this(client, group, upTo, CauseId.NONE);
        }
    }

    /// Is the cluster quorate now: not when this was last known, but since this question?
    record AskFresh(int client, int request) implements CmanEvent {}

    /// This node wants to leave.
    ///
    /// @param removed whether expected votes are to follow
    /// @param force whether a client's no counts for nothing
    record Leave(int client, int request, boolean removed, boolean force) implements CmanEvent {}

    /// The answer to [CmanEffect.AskShutdown].
    record ShutdownAnswer(int client, boolean yes) implements CmanEvent {}

    /// End these nodes' cman.
    record Kill(int client, int request, List<Integer> nodeids, String why) implements CmanEvent {
        public Kill {
            nodeids = List.copyOf(nodeids);
        }
    }

    /// Expected votes of the cluster.
    record SetExpected(int client, int request, int votes) implements CmanEvent {}

    /// Votes of one node.
    record SetVotes(int client, int request, int nodeid, int votes) implements CmanEvent {}

    /// A poll of the quorum device: its votes while it is alive, else 0. Alive is only who says so again before
    /// `quorum_dev_poll` has passed.
    record SetDevice(String name, int votes) implements CmanEvent {}

    /// A new configuration for the whole cluster: the word of ccsd, and of nobody else.
    record Announce(int client, int request, int version, String sha256, byte[] document) implements CmanEvent {
        /// Whose member may say so.
        public static final String GROUP = "ccs";
    }
}
