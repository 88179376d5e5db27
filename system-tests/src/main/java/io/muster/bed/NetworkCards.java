package io.muster.bed;

import java.util.Locale;

/// Hardware addresses of the machines of a bed.
public final class NetworkCards {
    private NetworkCards() {}

    /// Of a machine's card in a network. A machine that boots again has the card it had: its neighbours still know it.
    public static String address(int network, int host) {
        return String.format(Locale.ROOT, "02:00:00:4d:%02x:%02x", network, host);
    }
}
