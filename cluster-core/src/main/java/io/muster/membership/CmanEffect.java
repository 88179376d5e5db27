package io.muster.membership;

import io.muster.core.CauseId;
import io.muster.group.GroupEntry;
import io.muster.totem.RingEvent;
import io.muster.wire.Output;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a node's cman wants done.
public sealed interface CmanEffect {
    /// How a request went.
    enum Result {
        OK,
        /// A client says no.
        BUSY,
        /// The value can't be applied.
        INVALID,
        /// The same is under way already.
        ALREADY,
        /// Not a member of the cluster yet.
        NOT_MEMBER,
        /// Not while inquorate.
        INQUORATE
    }

    /// Tell the ring below.
    record ToRing(RingEvent event) implements CmanEffect {}

    /// The next entry of a group's stream.
    ///
    /// @param cause what the ordered message that gave rise to it was sent for; [CauseId#NONE] for the ring itself
    record Entry(int client, String group, GroupEntry entry, CauseId cause) implements CmanEffect {}

    /// The client is out of the group by its own wish; no entry follows.
    record Parted(int client, String group) implements CmanEffect {}

    /// The answer to a request.
    record Answer(int client, int request, Result result, String text) implements CmanEffect {}

    /// The answer to [CmanEvent.AskFresh].
    ///
    /// @param position of the last entry before the answer
    record Fresh(int client, int request, boolean quorate, long position) implements CmanEffect {}

    /// May this node leave? The client answers within the shutdown time-out.
    record AskShutdown(int client) implements CmanEffect {}

    /// Read the ledger of this machine, beside the loop; answer with [CmanEvent.LedgerRead].
    record ReadLedger(long number) implements CmanEffect {}

    /// Write down where it outlives a reboot that the cluster was quorate in this ring, or had been when this node
    /// came; answer with [CmanEvent.QuorumRemembered]. What is there of a later ring stays.
    record RememberQuorum(long sequence) implements CmanEffect {}

    /// Write down for whoever looks into it what two sides of the cluster know differently.
    record KeepDifference(String text) implements CmanEffect {}

    /// Close the client's connection.
    record Disconnect(int client, String why) implements CmanEffect {}

    /// This configuration holds from now on, on all nodes.
    record Configured(byte[] document) implements CmanEffect {}

    /// Besides the nodes of cluster.conf these are to be reached from now on, by nodeid: it has them no more, but they
    /// are members until they leave. Tell them to nodes that come.
    record Leaving(SortedMap<Integer, CmanSettings.Configured> nodes) implements CmanEffect {
        public Leaving {
            nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        }

        /// For a node that comes, which makes [CmanEvent.Told] of it; empty when there is nothing to tell.
        public byte[] octets() {
            Output out = new Output(256);
            ClusterState.encodeNodes(out, nodes);
            return nodes.isEmpty() ? new byte[0] : out.toBytes();
        }
    }

    /// For the log.
    record Say(Severity severity, String text) implements CmanEffect {}

    /// How loud [Say] is.
    enum Severity {
        INFO,
        WARN,
        ERROR
    }

    /// End this node's cman, now.
    ///
    /// @param clean whether it has left in good order; if not, the others make it harmless
    record End(boolean clean, String why) implements CmanEffect {}
}
