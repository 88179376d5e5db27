package io.muster.lvscf;

import static io.muster.lvscf.Sample.errors;
import static io.muster.lvscf.Sample.good;
import static io.muster.lvscf.Sample.read;
import static io.muster.lvscf.Sample.virtual;
import static io.muster.lvscf.Sample.warnings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Tunnel;
import io.muster.ipvs.VirtualService;
import io.muster.lvscf.LvsConfig.CheckRule.Kind;
import io.muster.lvscf.LvsConfig.Limits;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Keys for what ipvsadm has options for: limits, a scheduler's flags, one-packet scheduling, tunnels, SCTP.
class TableKeysTest {
    private static LvsConfig.Virtual first(String text) {
        return good(read(text)).virtuals().getFirst();
    }

    private static String server(String keys) {
        return virtual("").replace("1.1\nactive = 1\n", "1.1\nactive = 1\n" + keys + "\n");
    }

    @Test
    void limitsAreTheServersOrElseTheVirtuals() {
        assertEquals(Optional.empty(), first(virtual("")).servers().getFirst().limits());
        assertEquals(
                Optional.of(new Limits(100, 80)),
                first(virtual("u_threshold = 100\nl_threshold = 80"))
                        .servers()
                        .getFirst()
                        .limits());
        assertEquals(
                Optional.of(new Limits(50, 0)),
                first(server("u_threshold = 50").replace("server s", "u_threshold = 100\nl_threshold = 80\nserver s"))
                        .servers()
                        .getFirst()
                        .limits());
        assertEquals(
                List.of(
                        "lvs.cf:8:15: l_threshold: invalid argument \"60\": more than u_threshold, 50: a server that was"
                                + " full takes connections again below it"),
                errors(read(server("u_threshold = 50\nl_threshold = 60"))));
        assertEquals(
                List.of("lvs.cf:4:15: l_threshold: invalid argument \"60\": u_threshold missing: a server that was full"
                        + " takes connections again below it"),
                errors(read(virtual("l_threshold = 60"))));
        assertEquals(
                List.of("lvs.cf:7:1: unknown command \"u_treshold\"; did you mean \"u_threshold\"?"),
                errors(read(server("u_treshold = 50"))));
    }

    @Test
    void aSchedulersFlagsAreItsOwn() {
        assertEquals(
                VirtualService.SCHED1 | VirtualService.SCHED2,
                first(virtual("sched_flags = sh-fallback,sh-port\nscheduler = sh"))
                        .flags());
        assertEquals(
                VirtualService.SCHED3, first(virtual("sched_flags = flag-3")).flags());
        assertEquals(
                List.of("lvs.cf:4:15: sched_flags: invalid argument \"sh-port\": sh's, and the scheduler is wlc"),
                errors(read(virtual("sched_flags = sh-port"))));
        assertEquals(
                List.of("lvs.cf:5:15: sched_flags: invalid argument \"sh-prot\"; did you mean \"sh-port\"?"),
                errors(read(virtual("scheduler = sh\nsched_flags = sh-fallback,sh-prot"))));
    }

    @Test
    void onePacketSchedulingIsForDatagrams() {
        assertEquals(
                VirtualService.ONE_PACKET,
                first(virtual("protocol = udp\nops = 1")).flags());
        assertEquals(
                VirtualService.ONE_PACKET, first(virtual("fwmark = 3\nops = 1")).flags());
        assertEquals(0, first(virtual("ops = 0")).flags());
        assertEquals(
                List.of("lvs.cf:4:7: ops: invalid argument \"1\": one-packet scheduling is for protocol = udp, or an"
                        + " fwmark"),
                errors(read(virtual("ops = 1"))));
    }

    @Test
    void tunnelsAreOfThreeTypes() {
        String tunnel = "network = tunnel\n";
        assertEquals(
                new Tunnel(Tunnel.GUE, 6080, Tunnel.REMOTE_CHECKSUM),
                first(tunnel + virtual("tun_type = gue\ntun_port = 6080\ntun_remcsum = 1"))
                        .servers()
                        .getFirst()
                        .tunnel());
        assertEquals(
                new Tunnel(Tunnel.GRE, 0, Tunnel.CHECKSUM),
                first(tunnel + server("tun_type = gre\ntun_csum = 1"))
                        .servers()
                        .getFirst()
                        .tunnel());
        assertEquals(
                List.of(
                        "lvs.cf:5:12: tun_type: tun_port missing: gue needs the UDP port of its packets",
                        "lvs.cf:7:15: tun_remcsum: invalid argument \"1\": tun_csum = 1 says otherwise"),
                errors(read(tunnel + virtual("tun_type = gue\ntun_csum = 1\ntun_remcsum = 1"))));
        assertEquals(
                List.of(
                        "lvs.cf:5:12: tun_port: invalid argument \"7\": ipip has no port, only tun_type = gue",
                        "lvs.cf:6:12: tun_csum: invalid argument \"1\": tun_type = ipip doesn't have it"),
                errors(read(tunnel + virtual("tun_port = 7\ntun_csum = 1"))));
        assertTrue(warnings(read(virtual("tun_type = gre")))
                .contains("lvs.cf:4:12: warning: tun_type has no effect here: only network = tunnel wraps packets"));
        assertEquals(
                Tunnel.NONE,
                first(virtual("tun_type = gre")).servers().getFirst().tunnel());
    }

    @Test
    void sctpIsPingedUnlessAProgramAsks() {
        LvsConfig.Virtual sctp = first(virtual("protocol = sctp"));
        assertEquals(ServiceId.SCTP, sctp.protocol());
        assertEquals(Kind.PING, sctp.check().kind());
        assertTrue(warnings(read(virtual("protocol = sctp")))
                .contains(
                        "lvs.cf:4:12: warning: protocol: servers are only pinged, since no check connects over SCTP: a"
                                + " send_program can do it"));
        assertEquals(
                Kind.PROGRAM,
                first(virtual("protocol = sctp\nsend_program = /bin/true"))
                        .check()
                        .kind());
        assertEquals(
                List.of("lvs.cf:5:10: expect: nothing is sent over SCTP: check = ping, or a send_program of yours"),
                errors(read(virtual("protocol = sctp\nexpect = OK"))));
        assertEquals(
                List.of("lvs.cf:5:9: check: invalid argument \"connect\": no check connects over SCTP: ping, or a"
                        + " send_program of yours"),
                errors(read(virtual("protocol = sctp\ncheck = connect"))));
    }
}
