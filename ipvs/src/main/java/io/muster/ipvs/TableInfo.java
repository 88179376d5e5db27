package io.muster.ipvs;

/// @param version `0x010201` is 1.2.1
/// @param connTabSize rows of the connection hash table
public record TableInfo(int version, int connTabSize) {
    /// `1.2.1`
    public String versionText() {
        return (version >> 16 & 255) + "." + (version >> 8 & 255) + "." + (version & 255);
    }
}
