package io.muster.config;

/// Names one cluster.conf: its number and the SHA-256 of its octets. Two files of one number that
/// differ are a mistake to be reported, never a choice.
///
/// @param number `config_version`
/// @param sha256 64 lower-case hexadecimal digits
public record ConfigVersion(int number, String sha256) {
    /// Of no file at all: older than every version.
    public static final ConfigVersion NONE = new ConfigVersion(-1, "");

    /// Why this can't follow the version in force; empty if it can. The first three lines are the
    /// original's.
    public String refusedAfter(ConfigVersion inForce) {
        if (number > inForce.number) {
            return "";
        }
        String why;
        if (number < inForce.number) {
            why = "config_version " + number + " is lower than the one in force: raise it to " + (inForce.number + 1L);
        } else if (sha256.equals(inForce.sha256)) {
            why = "config_version isn't raised: this very file is in force";
        } else {
            why = "config_version isn't raised, and the file in force under that number has other content ("
                    + hash(inForce.sha256) + ", this one " + hash(sha256) + "): raise it to " + (inForce.number + 1L);
        }
        return "Proposed updated config file does not have greater version number.\n  Current config_version :: "
                + inForce.number + "\n  Proposed config_version:: " + number + "\n" + why;
    }

    private static String hash(String sha256) {
        return sha256.substring(0, Math.min(8, sha256.length()));
    }

    /// `12 (3f9ab1c2)`: enough of the hash to tell two apart in a log.
    @Override
    public String toString() {
        return sha256.isEmpty() ? "none" : number + " (" + hash(sha256) + ")";
    }
}
