package io.muster.membership;

import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.totem.RingId;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// From a new configuration of the ring to the one state that its members make of what each has told.
final class RingSync {
    private final Node self;

    /// The configuration whose transitions are being collected, or that is installed.
    private @Nullable RingId ring;

    private boolean installed;
    private boolean transitionDue;
    private List<Node> members = List.of();
    private final SortedMap<Node, Transition> transitions = new TreeMap<>();

    /// Those with whom this node has moved all the way since the state was installed.
    private final SortedSet<Node> companions = new TreeSet<>();

    RingSync(Node self) {
        this.self = self;
        companions.add(self);
    }

    /// A node's transition.
    ///
    /// @param octets as it encoded them
    record Told(Node from, byte[] octets) {}

    /// All of it.
    record Image(
            Node self,
            @Nullable RingId ring,
            boolean installed,
            boolean transitionDue,
            List<Node> members,
            List<Told> transitions,
            SortedSet<Node> companions) {}

    Image image() {
        List<Told> told = transitions.values().stream()
                .map(transition -> new Told(transition.node(), CmanCodec.encode(transition.ring(), 0, transition)))
                .toList();
        return new Image(self, ring, installed, transitionDue, members, told, new TreeSet<>(companions));
    }

    static RingSync restored(Image image) throws MalformedMessage {
        var it = new RingSync(image.self());
        it.ring = image.ring();
        it.installed = image.installed();
        it.transitionDue = image.transitionDue();
        it.members = List.copyOf(image.members());
        for (Told told : image.transitions()) {
            if (CmanCodec.decode(told.octets(), told.from()).message() instanceof Transition transition) {
                it.transitions.put(transition.node(), transition);
            }
        }
        it.companions.clear();
        it.companions.addAll(image.companions());
        return it;
    }

    @Nullable
    RingId ring() {
        return ring;
    }

    boolean installed() {
        return installed;
    }

    List<Node> companions() {
        return List.copyOf(companions);
    }

    /// A transitional configuration: who isn't in it hasn't moved with this node.
    void transitional(List<Node> together) {
        companions.retainAll(together);
    }

    void begin(RingId id, List<Node> now) {
        installed = false;
        ring = id;
        members = List.copyOf(now);
        transitions.clear();
        companions.retainAll(now);
        companions.add(self);
        transitionDue = true;
    }

    /// The ring didn't take this node's transition.
    void refused() {
        transitionDue = true;
    }

    /// The configuration for which this node has to tell what it knows, once.
    @Nullable
    RingId due() {
        if (!transitionDue || ring == null) {
            return null;
        }
        transitionDue = false;
        return ring;
    }

    /// @return whether all have told now
    boolean told(Transition transition) {
        transitions.put(transition.node(), transition);
        return transitions.size() == members.size();
    }

    /// One state of what all have told.
    Installation install() {
        Installation done = new Installation(Objects.requireNonNull(ring), transitions.values());
        installed = true;
        companions.clear();
        companions.addAll(members);
        return done;
    }
}
