package io.muster.os;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// A route of the kernel's, or the answer to where a packet would go.
///
/// @param destination the network; in an answer, the address asked for
/// @param prefix bits of the network, 0 for a default route
/// @param gateway the next hop; none where the destination is on the link
/// @param device where it leaves; "" if several are possible or it goes nowhere
/// @param source the address a packet of our own would carry; none if it isn't said
/// @param table the kernel's number; [#MAIN], [#LOCAL] or an administrator's
/// @param metric smaller is chosen
/// @param local the destination is this machine itself
public record Route(
        InetAddress destination,
        int prefix,
        @Nullable InetAddress gateway,
        String device,
        @Nullable InetAddress source,
        int table,
        long metric,
        boolean local) {
    public static final int MAIN = 254;
    public static final int LOCAL = 255;

    public boolean isDefault() {
        return prefix == 0;
    }
}
