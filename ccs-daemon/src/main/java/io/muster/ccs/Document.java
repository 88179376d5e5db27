package io.muster.ccs;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import java.util.Arrays;
import java.util.Optional;

/// The octets of a cluster.conf and the version they are.
///
/// Two documents are equal if their octets are.
public final class Document {
    private final byte[] octets;
    private final ClusterConfig config;

    private Document(byte[] octets, ClusterConfig config) {
        this.octets = octets;
        this.config = config;
    }

    /// Empty when the octets aren't a valid configuration. Pure: every node comes to the same result.
    public static Optional<Document> of(byte[] octets) {
        byte[] own = octets.clone();
        return ConfigReader.parse(own, "cluster.conf").config().map(config -> new Document(own, config));
    }

    public ConfigVersion version() {
        return config.configVersion();
    }

    public ClusterConfig config() {
        return config;
    }

    public byte[] octets() {
        return octets.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Document document && Arrays.equals(octets, document.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return "cluster.conf " + version();
    }
}
