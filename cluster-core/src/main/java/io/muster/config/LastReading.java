package io.muster.config;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the octets of a cluster.conf say, read anew only when they aren't those of the last time: daemons
/// are handed the same document again and again, and reading one takes longer than all else that they do
/// with it.
///
/// Thread: any. Says no more than [ConfigReader#parse] would.
public final class LastReading {
    private record Known(byte[] octets, Optional<ClusterConfig> config) {}

    private volatile @Nullable Known last;

    /// @return empty for one that isn't valid
    public Optional<ClusterConfig> config(byte[] octets) {
        Known known = last;
        if (known == null || !Arrays.equals(known.octets, octets)) {
            known = new Known(
                    octets.clone(), ConfigReader.parse(octets, "cluster.conf").config());
            last = known;
        }
        return known.config;
    }
}
