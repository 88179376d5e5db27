package io.muster.membership;

import io.muster.core.Node;
import io.muster.membership.CmanEffect.Severity;
import java.util.List;
import java.util.Optional;

/// The configuration this node goes by, and how all members come to go by the same.
final class HeldConfiguration {
    private final CmanSettings.Reader reader;
    private CmanSettings settings;
    private byte[] document;

    /// @param document the octets the settings were read from
    HeldConfiguration(CmanSettings settings, byte[] document, CmanSettings.Reader reader) {
        this.settings = settings;
        this.document = document;
        this.reader = reader;
    }

    /// All of it, but for the reader.
    record Image(CmanSettings settings, byte[] document) {}

    Image image() {
        return new Image(settings, document);
    }

    static HeldConfiguration restored(Image image, CmanSettings.Reader reader) {
        return new HeldConfiguration(image.settings(), image.document(), reader);
    }

    CmanSettings settings() {
        return settings;
    }

    CmanSettings.Reader reader() {
        return reader;
    }

    /// The document in force; empty on a node that has yet to get it, or has left.
    Optional<byte[]> document(ClusterState state) {
        boolean inForce = settings.configVersion() == state.configVersion
                && settings.configSha256().equals(state.configSha256);
        return inForce ? Optional.of(document) : Optional.empty();
    }

    /// Newcomers with another cluster.conf get the one in force, from the lowest member that holds it,
    /// whether it was here before or is new itself: what this node has to send, if it is that.
    Optional<CmanMessage.Ordinary> toSpread(ClusterState state, Node self) {
        List<Node> holders = state.holders();
        boolean mine = !holders.isEmpty()
                && holders.size() < state.members.size()
                && holders.getFirst().equals(self);
        return document(state)
                .filter(_ -> mine)
                .map(octets -> new CmanMessage.Configuration(
                        state.configVersion, state.configSha256, state.configAgreed, octets));
    }

    /// Whether a version may follow the one in force: it is newer, or it is agreed and the other one
    /// isn't, or the other one is gone because nobody here holds it.
    static boolean follows(ClusterState state, int version, boolean agreed) {
        return version > state.configVersion
                || agreed && !state.configAgreed
                || state.holders().isEmpty();
    }

    /// An ordered one: taken by all or by none.
    ///
    /// @return what is to be done when it is news here
    Optional<CmanEffect> take(CmanMessage.Configuration m, ClusterState state, StateMachine machine, CmanOut out) {
        boolean newer = follows(state, m.version(), m.agreed());
        boolean same = m.version() == state.configVersion && m.sha256().equals(state.configSha256);
        Optional<CmanSettings> read = newer || same ? reader.read(m.document()) : Optional.empty();
        if (read.isEmpty()
                || read.get().configVersion() != m.version()
                || !read.get().configSha256().equals(m.sha256())
                || !read.get().clusterName().equals(settings.clusterName())) {
            out.say(Severity.WARN, "configuration " + m.version() + " isn't taken: this is " + state.configVersion);
            return Optional.empty();
        }
        boolean mine = settings.configVersion() == m.version()
                && settings.configSha256().equals(m.sha256());
        settings = read.get();
        document = m.document();
        machine.configure(settings, m.agreed() || same && state.configAgreed);
        if (mine) {
            return Optional.empty();
        }
        out.say(Severity.INFO, "configuration " + m.version() + " holds from now on");
        return Optional.of(new CmanEffect.Configured(document));
    }
}
