package io.muster.group;

import io.muster.core.Node;
import io.muster.group.GroupEntry.Departure;
import io.muster.group.GroupEntry.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Where a [Replica] is with its group's state.
///
/// | from | to | when |
/// |---|---|---|
/// | Outside | Waiting | the stream begins: the view that has this node in it |
/// | Waiting | Waiting | a view has this node among the joined once more: all over again |
/// | Waiting | Holding | an elder's state has come, or no elder is left |
/// | Holding | Holding | a view or a state sent to others: who waits has changed |
/// | Holding | Waiting | a view has this node among the joined: after a partition, the others' state counts |
///
/// Nobody goes back Outside: a replica lives as long as its connection to cman. What Outside and
/// Waiting keep grows in place.
///
/// @param <E> local events of the core
sealed interface ReplicaState<E> {
    /// In the tables of who waits: has the state.
    long HAS_STATE = 0;

    /// No view has come yet.
    ///
    /// @param events kept until the state is here
    record Outside<E>(List<E> events) implements ReplicaState<E> {}

    /// A member without the state.
    ///
    /// @param elders who was there before it and still is
    /// @param entries kept since its view, with it
    /// @param events kept until the state is here
    /// @param assemblies by the nodeid of the sender
    record Waiting<E>(
            SortedSet<Node> elders, List<GroupEntry> entries, List<E> events, SortedMap<Integer, Assembly> assemblies)
            implements ReplicaState<E> {
        /// A member from this view on.
        static <E> Waiting<E> since(View view, Node self, List<E> events) {
            SortedSet<Node> elders = new TreeSet<>(view.members());
            view.joined().forEach(elders::remove);
            elders.remove(self);
            return new Waiting<>(elders, new ArrayList<>(), events, new TreeMap<>());
        }

        /// Whether with this view nobody is left that could send the state.
        boolean abandoned(View view) {
            SortedSet<Node> left = new TreeSet<>(elders);
            nodes(view.left()).forEach(left::remove);
            view.joined().forEach(left::remove);
            left.retainAll(view.members());
            return left.isEmpty();
        }

        void keep(GroupEntry entry) {
            entries.add(entry);
            if (entry instanceof View view) {
                nodes(view.left()).forEach(elders::remove);
            }
        }

        /// With this view the group begins with the initial state.
        Holding<E> afresh(View view, Node self) {
            // Those that came with this node stand where it stands; whoever came later waits since then.
            SortedMap<Node, Long> since = new TreeMap<>();
            entries.forEach(entry -> {
                if (entry instanceof View earlier) {
                    join(since, earlier);
                    since.keySet().retainAll(earlier.members());
                }
            });
            join(since, view);
            since.put(self, HAS_STATE);
            since.keySet().retainAll(view.members());
            return new Holding<>(since);
        }

        private static void join(SortedMap<Node, Long> since, View view) {
            boolean first = since.isEmpty();
            view.joined().forEach(node -> since.put(node, first ? HAS_STATE : view.position()));
        }

        /// Takes in a piece of state; the whole when it was the last one. Only an elder's will do:
        /// whoever has left this node's side since may have sent it late, and the others may have begun
        /// afresh meanwhile.
        Optional<byte[]> receive(Node from, Envelope.State piece) {
            if (!elders.contains(from)) {
                return Optional.empty();
            }
            Assembly before =
                    piece.index() == 0 ? new Assembly(piece.position(), List.of()) : assemblies.get(from.nodeid());
            if (before == null || before.position != piece.position() || before.pieces.size() != piece.index()) {
                assemblies.remove(from.nodeid());
                return Optional.empty();
            }
            Assembly now = before.and(piece.piece());
            assemblies.put(from.nodeid(), now);
            return now.pieces.size() < piece.count() ? Optional.empty() : Optional.of(now.whole());
        }

        private static Collection<Node> nodes(List<Departure> left) {
            return left.stream().map(Departure::node).toList();
        }
    }

    /// A member with the state.
    ///
    /// @param since for each member of the present view [#HAS_STATE], or the position of the view since
    ///     which it waits
    record Holding<E>(SortedMap<Node, Long> since) implements ReplicaState<E> {
        public Holding {
            since = new TreeMap<>(since);
        }

        Holding<E> after(View view) {
            SortedMap<Node, Long> next = new TreeMap<>(since);
            next.keySet().retainAll(view.members());
            view.joined().forEach(node -> next.put(node, view.position()));
            return new Holding<>(next);
        }

        /// A state has gone out whole to those that wait for it in its own table, and to nobody else.
        /// One may come late, from before a partition or the other side of it: whoever has to start
        /// over since then has nothing to give.
        Holding<E> sent(Node from, Envelope.State state) {
            SortedMap<Node, Long> next = new TreeMap<>(since);
            if (next.getOrDefault(from, state.position()) != HAS_STATE) {
                return this;
            }
            next.replaceAll((node, waits) -> state.serves(node, waits) ? HAS_STATE : waits);
            return new Holding<>(next);
        }

        /// Whether somebody waits for the state and it is this node that sends it: the lowest that has
        /// it.
        boolean sends(Node self) {
            boolean wanted = since.values().stream().anyMatch(waits -> waits != HAS_STATE);
            return wanted
                    && since.entrySet().stream()
                            .filter(e -> e.getValue() == HAS_STATE)
                            .map(Map.Entry::getKey)
                            .findFirst()
                            .orElse(self)
                            .equals(self);
        }
    }

    /// Pieces of one state, which come in order from one sender.
    ///
    /// @param position as of which it is
    record Assembly(long position, List<byte[]> pieces) {
        public Assembly {
            pieces = List.copyOf(pieces);
        }

        Assembly and(byte[] piece) {
            List<byte[]> more = new ArrayList<>(pieces);
            more.add(piece);
            return new Assembly(position, more);
        }

        byte[] whole() {
            byte[] whole =
                    new byte[pieces.stream().mapToInt(piece -> piece.length).sum()];
            int at = 0;
            for (byte[] piece : pieces) {
                System.arraycopy(piece, 0, whole, at, piece.length);
                at += piece.length;
            }
            return whole;
        }
    }

    /// Whether the table above has this step.
    default boolean mayBecome(ReplicaState<E> next) {
        return switch (this) {
            case Outside<E> _ -> next instanceof Waiting;
            case Waiting<E> _, Holding<E> _ -> !(next instanceof Outside);
        };
    }

    /// One that shares nothing that grows.
    default ReplicaState<E> copy() {
        return switch (this) {
            case Outside<E>(List<E> events) -> new Outside<>(new ArrayList<>(events));
            case Waiting<E>(var elders, var entries, var events, var assemblies) ->
                new Waiting<>(
                        new TreeSet<>(elders),
                        new ArrayList<>(entries),
                        new ArrayList<>(events),
                        new TreeMap<>(assemblies));
            case Holding<E> holding -> holding;
        };
    }
}
