package io.muster.ipvs;

/// How a tunnelling destination is wrapped.
///
/// @param type [#IPIP], [#GUE] or [#GRE]
/// @param port for GUE only, else 0
/// @param flags [#CHECKSUM], [#REMOTE_CHECKSUM]
public record Tunnel(int type, int port, int flags) {
    public static final int IPIP = 0;
    public static final int GUE = 1;
    public static final int GRE = 2;
    public static final int CHECKSUM = 1;
    public static final int REMOTE_CHECKSUM = 2;

    public static final Tunnel NONE = new Tunnel(IPIP, 0, 0);
}
