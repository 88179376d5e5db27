package io.muster.bed.scenario;

import io.muster.bed.guest.Lab;
import java.util.List;

/// Writes lvs.cf, as an operator would: global keys first, then blocks.
final class LvsCf {
    private final StringBuilder text = new StringBuilder();
    private int intervalS = Lab.Engine.here().patience(5);
    private int reentryS = intervalS;

    /// @param network `nat`, `direct` or `tunnel`
    LvsCf(String network) {
        set("serial_no", "1").set("service", "lvs").set("network", network);
    }

    LvsCf set(String key, String value) {
        text.append(key).append(" = ").append(value).append('\n');
        return this;
    }

    /// The two directors and how they hear each other.
    LvsCf directors(String primary, String backup, String keepalive, String deadtime) {
        return set("primary", primary)
                .set("backup", backup)
                .set("backup_active", "1")
                .set("heartbeat", "1")
                .set("heartbeat_port", "539")
                .set("keepalive", keepalive)
                .set("deadtime", deadtime);
    }

    /// The virtual servers that follow have their real servers checked this often, and let in again
    /// after twice as long. Unless told, checks come so seldom, and have so much time, that no stall of
    /// the machine is a server's death.
    LvsCf checkedEvery(int seconds) {
        intervalS = Lab.Engine.here().patience(seconds);
        reentryS = 2 * intervalS;
        return this;
    }

    /// A virtual server with its real servers.
    ///
    /// @param address `10.2.0.50 eth0:1`
    /// @param servers addresses, each with a port of its own behind a blank if it isn't the service's
    /// @param keys further lines, `scheduler = rr`
    LvsCf virtual(String name, String address, int port, List<String> servers, String... keys) {
        return virtual(name, address, port, servers, 1, keys);
    }

    LvsCf virtual(String name, String address, int port, List<String> servers, int weight, String... keys) {
        text.append("virtual ").append(name).append(" {\n");
        line("active = 1");
        line("address = " + address);
        line("port = " + port);
        line("timeout = " + intervalS);
        line("reentry = " + reentryS);
        for (String key : keys) {
            line(key);
        }
        for (int i = 0; i < servers.size(); i++) {
            text.append("     server s").append(i + 1).append(" {\n");
            String[] addressAndPort = servers.get(i).split(" ");
            line("    address = " + addressAndPort[0]);
            if (addressAndPort.length > 1) {
                line("    port = " + addressAndPort[1]);
            }
            line("    active = 1");
            line("    weight = " + weight);
            line("}");
        }
        text.append("}\n");
        return this;
    }

    private void line(String line) {
        text.append("     ").append(line).append('\n');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
