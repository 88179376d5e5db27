package io.muster.membership;

import io.muster.core.Node;
import io.muster.membership.CmanEffect.Severity;
import java.util.Optional;
import java.util.SortedSet;

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

    /// Newcomers with another cluster.conf get the one that holds, from the lowest node that has it: what
    /// this node has to send, if it is that.
    Optional<CmanMessage.Ordinary> toSpread(ClusterState state, SortedSet<Node> kept, Node self) {
        boolean wanted = state.members.values().stream()
                .anyMatch(m -> m.configVersion() != state.configVersion
                        || !m.configSha256().equals(state.configSha256));
        Optional<Node> sender =
                kept.stream().filter(node -> state.members.containsKey(node)).findFirst();
        boolean mine = wanted
                && sender.isPresent()
                && sender.get().equals(self)
                && settings.configSha256().equals(state.configSha256);
        return mine
                ? Optional.of(
                        new CmanMessage.Configuration(settings.configVersion(), settings.configSha256(), document))
                : Optional.empty();
    }

    /// An ordered one: taken by all or by none.
    void take(CmanMessage.Configuration m, ClusterState state, StateMachine machine, CmanOut out) {
        boolean newer = m.version() > state.configVersion;
        boolean same = m.version() == state.configVersion && m.sha256().equals(state.configSha256);
        Optional<CmanSettings> read = newer || same ? reader.read(m.document()) : Optional.empty();
        if (read.isEmpty()
                || read.get().configVersion() != m.version()
                || !read.get().configSha256().equals(m.sha256())
                || !read.get().clusterName().equals(settings.clusterName())) {
            out.say(Severity.WARN, "configuration " + m.version() + " isn't taken: this is " + state.configVersion);
            return;
        }
        boolean mine = settings.configVersion() == m.version()
                && settings.configSha256().equals(m.sha256());
        settings = read.get();
        document = m.document();
        machine.configure(settings, document);
        if (!mine) {
            out.say(Severity.INFO, "configuration " + m.version() + " holds from now on");
            out.add(new CmanEffect.Configured(document));
        }
    }
}
