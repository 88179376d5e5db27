package io.muster.control;

import io.muster.driver.DaemonLog;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// All groups of a client, as they were when it connected (`SO_PEERGROUPS`, unix(7)). Thread: any.
final class PeerGroups {
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERGROUPS = 59;

    /// Nearly all have less than the first; nobody may have more than the last.
    private static final List<RawUnixChannelOption> OPTIONS = List.of(option(32), option(1024), option(65_536));

    private PeerGroups() {}

    /// @return with group 0 among them whether or not it is one; empty where the kernel doesn't say
    static Set<Integer> of(EpollDomainSocketChannel client) {
        for (RawUnixChannelOption option : OPTIONS) {
            try {
                ByteBuffer found = client.config().getOption(option);
                found.order(ByteOrder.nativeOrder());
                Set<Integer> groups = new TreeSet<>();
                while (found.remaining() >= Integer.BYTES) {
                    groups.add(found.getInt());
                }
                return groups;
            } catch (RuntimeException e) {
                // More of them than asked for: the next asks for more. Before Linux 4.13 none is answered.
                DaemonLog.get().debug("groups of a client: {}", e.getMessage());
            }
        }
        return Set.of();
    }

    private static RawUnixChannelOption option(int groups) {
        return new RawUnixChannelOption("PEERGROUPS_" + groups, SOL_SOCKET, SO_PEERGROUPS, groups * Integer.BYTES);
    }
}
