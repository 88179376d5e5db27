package io.muster.config;

/// Names one cluster.conf: its number and the SHA-256 of its octets. Two files of one number that differ are
/// a mistake to be reported, never a choice.
///
/// @param number `config_version`
/// @param sha256 64 lower-case hexadecimal digits
public record ConfigVersion(int number, String sha256) {
    /// Of no file at all: older than every version.
    public static final ConfigVersion NONE = new ConfigVersion(-1, "");

    /// `12 (3f9ab1c2)`: enough of the hash to tell two apart in a log.
    @Override
    public String toString() {
        return sha256.isEmpty() ? "none" : number + " (" + sha256.substring(0, Math.min(8, sha256.length())) + ")";
    }
}
