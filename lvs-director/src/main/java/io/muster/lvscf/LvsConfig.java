package io.muster.lvscf;

import io.muster.checks.Statuses;
import io.muster.driver.Secret;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.Tunnel;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// lvs.cf, read and found good, every default filled in. Source of names, types and defaults: lvs.cf as Piranha 0.8
/// reads it; what is Muster's own is marked so in its doc comment.
///
/// Order of lists is the file's. Addresses are resolved: the configuration never names a host that would have to be
/// looked up again.
///
/// @param primary empty where the file names none: enough for lvsd alone, not for pulse
/// @param backup empty where the file names none
/// @param forwarding the method of every real server (`network = nat|direct|tunnel`)
/// @param natRouter floating gateway address of the real servers, for `nat`
/// @param tcpTimeoutS 0 leaves the kernel's value; so do the other two
/// @param drainOnRemoval Muster's own: a server that the file no longer has keeps its connections until they end
/// @param virtuals also those that aren't active
/// @param failovers `failover` blocks: read, never run
public record LvsConfig(
        Optional<Partner> primary,
        Optional<Partner> backup,
        boolean backupActive,
        Heartbeat heartbeat,
        Forwarding forwarding,
        Optional<FloatingAddress> natRouter,
        ServiceKind service,
        String rshCommand,
        boolean monitorLinks,
        boolean syncDaemon,
        String syncInterface,
        int syncId,
        int tcpTimeoutS,
        int tcpFinTimeoutS,
        int udpTimeoutS,
        boolean hardShutdown,
        boolean drainOnRemoval,
        String activeCommand,
        String inactiveCommand,
        String debugLevel,
        List<Virtual> virtuals,
        List<Virtual> failovers) {
    public LvsConfig {
        virtuals = List.copyOf(virtuals);
        failovers = List.copyOf(failovers);
    }

    /// What the file asks for that Muster can't do yet, in words: a daemon that finds any says so and doesn't start.
    public List<String> refusals() {
        var reasons = new ArrayList<String>();
        if (service == ServiceKind.FOS) {
            reasons.add("service = fos: failover services aren't built yet, only service = lvs is");
        }
        return List.copyOf(reasons);
    }

    /// Which kind of block is live.
    public enum ServiceKind {
        LVS,
        FOS
    }

    /// A director's addresses. The private one is the public one where the file names none.
    public record Partner(IpAddress publicAddress, IpAddress privateAddress) {}

    /// How directors hear each other.
    ///
    /// @param port UDP
    /// @param keepaliveMs period
    /// @param deadtimeMs silence that declares the partner dead
    /// @param format Muster's own
    /// @param preempt Muster's own: the primary takes its role back when it returns; false as the original
    /// @param preemptWaitMs Muster's own: how long it waits at most for the connections
    public record Heartbeat(
            int port, long keepaliveMs, long deadtimeMs, Format format, boolean preempt, long preemptWaitMs) {
        /// What the packets look like.
        public enum Format {
            /// Authenticated, numbered, with incarnations.
            MUSTER,
            /// Piranha's four octets.
            ORIGINAL
        }
    }

    /// An address that moves with the role.
    ///
    /// @param device as the file says, an alias label perhaps: `eth0:1`
    /// @param prefix length of its netmask
    public record FloatingAddress(IpAddress address, String device, int prefix) {
        /// The device without the alias number.
        public String baseDevice() {
            int colon = device.indexOf(':');
            return colon < 0 ? device : device.substring(0, colon);
        }
    }

    /// A `virtual` (or `failover`) block.
    ///
    /// @param name as in the file
    /// @param fwmark 0 for none
    /// @param protocol 6, 17 or, Muster's own, 132
    /// @param flags Muster's own: `sched_flags` and `ops`, as the table has them
    /// @param persistentS 0 for off
    /// @param pmask IPv4 mask as a number (all ones if not given), IPv6 prefix length (128)
    /// @param sorryServer takes the connections while no real server is up
    /// @param check how its servers are checked
    /// @param reentryMs how long a failed server must stay good before it is let in again
    /// @param retries Muster's own: how many checks in a row may fail before one more takes a server out
    /// @param quiesce failed servers get weight 0 instead of removal
    /// @param startCommand of failover blocks, as is the next
    /// @param quorum what is run when the first of its servers is up and when the last one is down; Muster's own
    public record Virtual(
            String name,
            boolean active,
            Optional<FloatingAddress> address,
            int fwmark,
            int protocol,
            int port,
            String scheduler,
            int flags,
            int persistentS,
            int pmask,
            Optional<IpAddress> sorryServer,
            CheckRule check,
            long reentryMs,
            int retries,
            boolean quiesce,
            LoadMonitor loadMonitor,
            String startCommand,
            String stopCommand,
            Notify quorum,
            List<Server> servers) {
        public Virtual {
            servers = List.copyOf(servers);
        }
    }

    /// A `server` block.
    ///
    /// @param port its own `port`, else its virtual's
    /// @param tablePort where its connections go, as the table is told: `port` with NAT; the virtual's port with
    ///     direct routing and tunnels, which change no port; 0 (each connection keeps its port) in a virtual with a
    ///     firewall mark unless NAT and a `port` of its own say otherwise
    /// @param weight 0 and more
    /// @param limits Muster's own: empty where the file says nothing of them, and then those set by hand stay
    /// @param tunnel Muster's own: how packets are wrapped, with `network = tunnel`
    /// @param checkAddress where its checks go: `connect_ip`, else its address; Muster's own, as is the next
    /// @param checkPort `checkport`, else its virtual's, else `port`
    /// @param onChange what is run when it goes up or down; Muster's own
    public record Server(
            String name,
            IpAddress address,
            boolean active,
            int port,
            int tablePort,
            int weight,
            Optional<Limits> limits,
            Tunnel tunnel,
            IpAddress checkAddress,
            int checkPort,
            Notify onChange) {}

    /// How many connections a real server takes.
    ///
    /// @param upper most, 0 for any number
    /// @param lower below which one that was full takes some again, 0 for the kernel's three quarters
    public record Limits(int upper, int lower) {}

    /// Programs that are run when something goes up or down, with arguments; "" for none. Muster's own.
    public record Notify(@Secret String up, @Secret String down) {
        /// Nothing is run.
        public static final Notify NONE = new Notify("", "");
    }

    /// Where load figures come from.
    public enum LoadMonitor {
        NONE,
        /// The program rup(1) is asked, beside the check.
        RUP,
        /// The program ruptime(1) is.
        RUPTIME,
        /// What `send_program` prints.
        UPTIME;

        /// Whether a program of its own tells it.
        public boolean asksBeside() {
            return this == RUP || this == RUPTIME;
        }
    }

    /// What a virtual says of checking: the original's keys, and Muster's own (`check = ...`) beside them.
    ///
    /// A TCP virtual on port 80 that says nothing of checking is a `TALK`: `GET / HTTP/1.0`, wanted `HTTP`, as
    /// the original's nanny does it. `check = connect` is the way to a plain connect there: a `TALK` with nothing
    /// to send and nothing wanted.
    ///
    /// @param kind how to check
    /// @param intervalMs from check to check, and the time limit of one
    /// @param send text to send, escapes not yet expanded, quotes removed; "" for none
    /// @param expect reply wanted; "" for none, "*" for any octet
    /// @param regex expect is a POSIX extended regular expression
    /// @param program command line with `%h` and `%p`; "" for none
    /// @param path of an HTTP(S) request, or the name asked for with DNS
    /// @param host asked for by name with HTTP(S), "" for that of a full URL or the address; Muster's own
    /// @param statuses of HTTP that are wanted
    /// @param digest hex SHA-256 (64 digits) or MD5 (32) of the body wanted, "" for none
    public record CheckRule(
            Kind kind,
            long intervalMs,
            @Secret(but = CheckRule.GET) String send,
            String expect,
            boolean regex,
            @Secret String program,
            String path,
            String host,
            Statuses statuses,
            String digest) {
        /// What is sent to port 80 where the file says nothing of checking.
        public static final String GET = "GET / HTTP/1.0\\r\\n\\r\\n";

        /// Checks as an operator names them. `CONNECT`, `TALK` and `PROGRAM` follow from send, expect and
        /// send_program, as in the original; the others are Muster's own.
        public enum Kind {
            CONNECT,
            TALK,
            PROGRAM,
            HTTP,
            HTTPS,
            DNS,
            SMTP,
            PING
        }
    }
}
