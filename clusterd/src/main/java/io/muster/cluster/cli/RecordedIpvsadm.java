package io.muster.cluster.cli;

import io.muster.cli.Command;
import io.muster.ipvs.cli.Ipvsadm;
import io.muster.ipvs.daemon.KernelIpvs;
import io.muster.os.NetException;
import io.muster.os.NetlinkSocket;
import java.io.PrintStream;
import java.time.Duration;

/// `ipvsadm` on a recorded kernel: in training it is to load what it needs on a machine that has no
/// IPVS, and to leave a machine that has it alone.
final class RecordedIpvsadm implements Command {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        try {
            // What the real kernel is spoken to with; nothing is said to it.
            NetlinkSocket.open(NetlinkSocket.GENERIC, 0).close();
        } catch (NetException e) {
            err.println("ipvsadm: " + e.getMessage());
        }
        return new Ipvsadm()
                .on(() -> KernelIpvs.over(new RecordedKernel(), LIMIT))
                .run(args, out, err);
    }
}
