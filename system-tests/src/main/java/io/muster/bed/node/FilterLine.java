package io.muster.bed.node;

import io.muster.bed.Shell;
import io.muster.bed.cable.Faults;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// A node's cable where there is none of the bed's own: the node's packet filter loses what is to be lost (iptables'
/// `statistic`, dice of the kernel's: there is no seed). Of IPv4 only, and above the cable: address resolution gets
/// through.
final class FilterLine implements Line {
    private final TestNode node;
    private final String device;
    private final String why;
    private final Map<Way, Faults> faults = new EnumMap<>(Way.class);

    /// @param why why it isn't a [Cable]
    FilterLine(TestNode node, String device, String why) {
        this.node = node;
        this.device = device;
        this.why = why;
        for (Way way : Way.values()) {
            faults.put(way, Faults.NONE);
        }
    }

    @Override
    public synchronized void set(Way way, Faults now) {
        if (!now.onlyLoses()) {
            throw new UnsupportedOperationException(device + " of " + node.name() + ": " + now
                    + ": only loss and cuts can be had, for this is a packet filter: " + why);
        }
        String chain = "MUSTER-" + device + (way == Way.FROM_NODE ? "-OUT" : "-IN");
        String hook = way == Way.FROM_NODE ? "OUTPUT -o " + device : "INPUT -i " + device;
        var script = new StringBuilder("iptables -N " + chain + " 2>/dev/null && iptables -I " + hook + " -j " + chain
                + "; iptables -F " + chain);
        if (now.cut()) {
            script.append(" && iptables -A " + chain + " -j DROP");
        } else if (now.lossPercent() > 0) {
            script.append(String.format(
                    Locale.ROOT,
                    " && iptables -A %s -m statistic --mode random --probability %.6f -j DROP",
                    chain,
                    now.lossPercent() / 100));
        }
        Shell.Result result = node.run(20_000, "sh", "-c", script.toString());
        if (!result.ok()) {
            throw new UnsupportedOperationException(
                    device + " of " + node.name() + ": neither cable nor packet filter: " + why + "; "
                            + result.err().strip());
        }
        faults.put(way, now);
    }

    @Override
    public synchronized Faults faults(Way way) {
        return faults.getOrDefault(way, Faults.NONE);
    }
}
