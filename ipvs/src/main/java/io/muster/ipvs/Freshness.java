package io.muster.ipvs;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/// Which connections had a packet a moment ago: those of which the kernel's synchronisation daemon may hold news that
/// it hasn't sent (it gathers for two seconds).
///
/// A packet sets a connection's time to what its state allows. Nobody says how long that is (`ipvsadm --set`, lvs.cf,
/// `secure_tcp`), but the freshest of each state show it. It is learned on the way: of the first of each state some
/// are taken for fresh that aren't. Where times were made shorter lately, the old ones look fresher than the new: this
/// is good for an order, not for leaving something out.
///
/// Thread: one.
public final class Freshness implements Predicate<Connection> {
    /// Two seconds of gathering, and one because times are shown in whole seconds.
    private static final long WINDOW_S = 3;

    private record Kind(int protocol, String state) {}

    private final Map<Kind, Long> longestS = new HashMap<>();

    @Override
    public boolean test(Connection connection) {
        var kind = new Kind(connection.protocol(), connection.state());
        long longest = longestS.merge(kind, connection.expiresS(), Math::max);
        return connection.expiresS() >= longest - WINDOW_S;
    }
}
