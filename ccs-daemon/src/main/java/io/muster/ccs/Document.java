package io.muster.ccs;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.config.ConfigVersion;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The octets of a cluster.conf and the version they are.
///
/// Two documents are equal if their octets are.
public final class Document {
    private static final int READ_MAX = 16;

    /// What the last few octets came to: the same document is looked at for every entry of the log that has it.
    private static final Map<String, Optional<Document>> READ = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<Document>> eldest) {
            return size() > READ_MAX;
        }
    };

    private final byte[] octets;
    private final ClusterConfig config;

    private Document(byte[] octets, ClusterConfig config) {
        this.octets = octets;
        this.config = config;
    }

    /// Empty when the octets aren't a valid configuration. Pure: every node comes to the same result.
    public static Optional<Document> of(byte[] octets) {
        String sha256 = ConfigReader.sha256(octets);
        synchronized (READ) {
            Optional<Document> known = READ.get(sha256);
            if (known != null) {
                return known;
            }
        }
        byte[] own = octets.clone();
        Optional<Document> read =
                ConfigReader.parse(own, "cluster.conf").config().map(config -> new Document(own, config));
        synchronized (READ) {
            READ.put(sha256, read);
        }
        return read;
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
