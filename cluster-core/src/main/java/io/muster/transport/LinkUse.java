package io.muster.transport;

/// How several links to a node are used.
public enum LinkUse {
    /// The best live link carries everything. Lowest number first among those that neither lose nor delay.
    RANKED,
    /// Every live link carries a copy; the receiver takes the first and drops the rest.
    TOGETHER;

    /// The meaning of `<totem rrp_mode=>`: `active` sends copies on all links; `passive`, `none` and nothing are
    /// ranked.
    public static LinkUse ofRrpMode(String rrpMode) {
        return rrpMode.equals("active") ? TOGETHER : RANKED;
    }
}
