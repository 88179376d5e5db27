package io.muster.lvscf;

import static io.muster.lvscf.Sample.errors;
import static io.muster.lvscf.Sample.global;
import static io.muster.lvscf.Sample.read;
import static io.muster.lvscf.Sample.virtual;
import static io.muster.lvscf.Sample.warnings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What only several lines together show, and how the reader finds its way after a mistake.
class CrossChecksTest {
    private static final String PAIR =
            "primary = 10.0.0.1\nbackup = 10.0.0.2\nbackup_active = 1\nnat_router = 10.0.1.254 eth1\n";

    @Test
    void aMisspeltKeyNamesTheRightOne() {
        assertEquals(
                List.of("lvs.cf:2:6: unknown command \"adress\"; did you mean \"address\"?"),
                errors(read("virtual v {\n     adress = 10.0.0.1 eth0:1\n}\n")));
        assertEquals(
                List.of("lvs.cf:1:1: unknown command \"Primary\"; did you mean \"primary\"?"),
                errors(global("Primary = 10.0.0.1")));
        assertEquals(
                List.of("lvs.cf:1:1: unknown command \"sheduler\": did you mean \"scheduler\", in a virtual block?"),
                errors(global("sheduler = rr")));
    }

    @Test
    void aCheckElsewhereThatGoesNowhereIsSaid() {
        String server = "server s {\naddress = 10.0.1.1\nactive = 1\n%s\n}\n}";
        String virtual = "virtual v {\nactive = 1\naddress = 10.0.0.100 eth0:1\n%s\n" + server;
        assertEquals(
                List.of(
                        "lvs.cf:8:14: connect_ip: invalid argument: 10.0.0.100 is the virtual's own address: the director"
                                + " would ask itself"),
                errors(read(virtual.formatted("", "connect_ip = 10.0.0.100"))));
        assertEquals(
                List.of(
                        "lvs.cf:5:13: warning: checkport: not used with check = ping",
                        "lvs.cf:9:13: warning: checkport: not used with check = ping"),
                warnings(read(virtual.formatted("check = ping\ncheckport = 81", "checkport = 81"))));
        assertEquals(
                List.of("lvs.cf:8:13: warning: checkport: not used, since send_program has no %p"),
                warnings(read(virtual.formatted("send_program = \"/bin/chk %h\"", "checkport = 81"))));
        assertEquals(List.of(), warnings(read(virtual.formatted("port = 0\npersistent = 60", "checkport = 81"))));
        assertEquals(
                List.of(
                        "lvs.cf:8:1: unknown command \"conect_ip\"; did you mean \"connect_ip\"?",
                        "lvs.cf:9:13: checkport: invalid argument \"0\": 1 to 65535"),
                errors(read(virtual.formatted("", "conect_ip = 10.0.0.1\ncheckport = 0"))));
    }

    @Test
    void aKeyInTheWrongBlockIsToldWhereItBelongs() {
        assertEquals(
                List.of("lvs.cf:1:1: unknown command \"scheduler\": it belongs into a virtual block"),
                errors(global("scheduler = rr")));
        assertEquals(
                List.of("lvs.cf:4:1: unknown command \"keepalive\" inside virtual v: it belongs before all blocks; is a"
                        + " \"}\" missing above?"),
                errors(read(virtual("keepalive = 3"))));
        assertEquals(
                List.of("lvs.cf:7:1: unknown command \"scheduler\" inside server s: it belongs in virtual v; is a \"}\""
                        + " missing above?"),
                errors(read(virtual("").replace("1.1\nactive = 1\n", "1.1\nactive = 1\nscheduler = rr\n"))));
    }

    @Test
    void aMissingBraceIsFoundWhereTheNextBlockBegins() {
        assertEquals(
                List.of(
                        "lvs.cf:8:1: unknown command \"virtual\" inside virtual v (line 1): is its \"}\" missing above?"),
                errors(read(virtual("").replace("}\n}\n", "}\n")
                        + virtual("").replace("virtual v", "virtual w").replace("0.100", "0.101"))));
    }

    @Test
    void anUnknownBlockIsOneMistake() {
        assertEquals(
                List.of("lvs.cf:1:1: unknown command \"virtul\"; did you mean \"virtual\"?"),
                errors(read(virtual("").replaceFirst("virtual", "virtul") + virtual(""))));
    }

    @Test
    void allProblemsComeAtOnceAndInOrder() {
        assertEquals(
                List.of(1, 2, 5, 6, 8, 10),
                read("keepalive = x\nprimry = 10.0.0.1\nvirtual v {\nactive = 1\naddress = 10.0.0 eth0\nport = -1\n"
                                + "server s {\naddress = ::g\nactive = 1\nweight = -1\n}\n}\n")
                        .errors()
                        .stream()
                        .map(Problem::line)
                        .toList());
    }

    @Test
    void nothingToForwardIsAWarning() {
        assertEquals(
                List.of("lvs.cf: warning: no active virtual block: nothing will be forwarded, and pulse won't start"),
                warnings(read("serial_no = 1")));
    }

    @Test
    void aServiceOfTheTableIsTakenOnce() {
        String other = virtual("").replace("virtual v", "virtual w");
        assertEquals(
                List.of("lvs.cf:11:11: virtual w: TCP 10.0.0.100:80 is taken by virtual v, line 1"),
                errors(read(virtual("") + other)));
        assertEquals(
                List.of(),
                errors(read(
                        virtual("") + other.replace("active = 1\naddress", "protocol = udp\nactive = 1\naddress"))));
        assertEquals(
                List.of(), errors(read(virtual("") + other.replace("active = 1\naddress", "active = 0\naddress"))));
        assertEquals(
                List.of("lvs.cf:13:10: virtual w: FWM 7 is taken by virtual v, line 1"),
                errors(read(virtual("fwmark = 7") + virtual("fwmark = 7").replace("virtual v", "virtual w"))));
        assertTrue(warnings(read(virtual("") + virtual("port = 81")))
                .getFirst()
                .contains("virtual v: the name is taken, in line 1"));
    }

    @Test
    void allPortsNeedPersistence() {
        assertEquals(
                List.of("lvs.cf:4:8: port: invalid argument \"0\": for all ports a virtual must be persistent"),
                errors(read(virtual("port = 0"))));
        assertEquals(List.of(), errors(read(virtual("port = 0\npersistent = 60"))));
        assertEquals(List.of(), errors(read(virtual("port = 0\nfwmark = 3"))));
    }

    @Test
    void anActiveVirtualNeedsAnAddressOrAMark() {
        String text = virtual("port = 81").replace("address = 10.0.0.100 eth0:1\n", "");
        assertEquals(
                List.of("lvs.cf:1:1: virtual v: address missing: an active virtual needs one, or an fwmark"),
                errors(read(text)));
        assertEquals(List.of(), errors(read(text.replace("port = 81", "fwmark = 1"))));
        assertEquals(
                List.of("lvs.cf:4:1: virtual v: server s: address missing"),
                errors(read(virtual("").replace("address = 10.0.1.1\n", ""))));
        assertEquals(
                List.of("lvs.cf:1:1: warning: virtual v: no active server"),
                warnings(read(virtual("").replace("1.1\nactive = 1", "1.1\nactive = 0"))));
    }

    @Test
    void directAndTunnelChangeNoPort() {
        String server = virtual("").replace("1.1\nactive = 1\n", "1.1\nactive = 1\nport = 8080\n");
        assertEquals(List.of(), warnings(read(server)));
        assertEquals(
                List.of("lvs.cf:8:8: warning: port: with network = direct connections arrive at the virtual's port 80,"
                        + " whatever stands here: 8080 is only checked"),
                warnings(read("network = direct\n" + server)));
    }

    @Test
    void deadtimeIsGreaterThanKeepalive() {
        String wrong = "deadtime: 2 s isn't greater than keepalive, 2 s: each director would declare the other dead"
                + " between two heartbeats";
        assertEquals(List.of("lvs.cf:5:12: " + wrong), errors(global(PAIR + "deadtime = 2")));
        assertEquals(List.of("lvs.cf:1:12: warning: " + wrong), warnings(global("deadtime = 2")));
        assertEquals(
                List.of(
                        "lvs.cf:6:12: warning: deadtime: 300 ms is less than two keepalives of 200 ms: one lost heartbeat"
                                + " is a take-over"),
                warnings(global(PAIR + "keepalive = 200ms\ndeadtime = 300ms")));
        assertEquals(
                List.of(), global(PAIR + "keepalive = 200ms\ndeadtime = 500ms").problems());
    }

    @Test
    void natWithoutAMovingGatewayIsAWarning() {
        String alone = PAIR.replaceFirst("nat_router.*\n", "");
        assertTrue(warnings(global(alone)).getFirst().startsWith("lvs.cf: warning: nat_router missing: "));
        assertEquals(List.of(), global(alone + "network = direct").problems());
    }

    @Test
    void aPairHasTwoDirectors() {
        assertEquals(
                List.of("lvs.cf:2:17: backup_active: backup missing: which host is the backup?"),
                errors(global("primary = 10.0.0.1\nbackup_active = 1\nnetwork = direct")));
        assertEquals(
                List.of("lvs.cf:2:10: backup: invalid argument: 10.0.0.1 is the primary's address too"),
                errors(global(PAIR.replace("10.0.0.2", "10.0.0.1"))));
        assertEquals(
                List.of(
                        "lvs.cf:2:10: warning: backup: not used, since backup_active = 1 is missing: no heartbeats, nobody"
                                + " takes over"),
                warnings(global("primary = 10.0.0.1\nbackup = 10.0.0.2")));
    }

    @Test
    void whatMovesIsNobodysOwnAddress() {
        assertEquals(
                List.of("lvs.cf:5:11: address: invalid argument: 10.0.0.100 is a director's own address, which must not"
                        + " move"),
                errors(read("primary = 10.0.0.100\n\n" + virtual(""))));
        assertEquals(
                List.of("lvs.cf:5:11: address: invalid argument: 10.0.0.100 is the virtual's own address"),
                errors(read(virtual("").replace("10.0.1.1", "10.0.0.100"))));
    }

    @Test
    void anAddressHasOneDevice() {
        String other = virtual("port = 443").replace("virtual v", "virtual w");
        assertEquals(List.of(), warnings(read(virtual("") + other)));
        assertEquals(
                List.of(
                        "lvs.cf:11:11: warning: address: 10.0.0.100 has another device or netmask in another virtual: the"
                                + " first one's are used"),
                warnings(read(virtual("") + other.replace("eth0:1", "eth1"))));
    }

    @Test
    void onlyTunnelsCrossFamilies() {
        String mixed = virtual("").replace("10.0.1.1", "2001:db8::1");
        assertEquals(
                List.of(
                        "lvs.cf:5:11: address: invalid argument: 2001:db8::1 is an IPv6 address and the virtual's isn't:"
                                + " only tunnels go from one to the other"),
                errors(read(mixed)));
        assertEquals(List.of(), errors(read("network = tunnel\n" + mixed)));
    }

    @Test
    void oneServerStandsInAVirtualOnce() {
        assertEquals(
                List.of("lvs.cf:9:11: address: virtual v has server s with this address and port"),
                errors(read(
                        virtual("").replaceFirst("}\n}\n", "}\nserver t {\naddress = 10.0.1.1\nactive = 1\n}\n}\n"))));
    }

    @Test
    void aLoadComesFromAProgram() {
        assertEquals(
                List.of("lvs.cf:4:16: warning: load_monitor = uptime reads the load from what send_program prints, and"
                        + " there is none: weights stay as they are"),
                warnings(read(virtual("load_monitor = uptime"))));
        assertEquals(List.of(), warnings(read(virtual("load_monitor = uptime\nsend_program = /bin/load"))));
    }

    @Test
    void programsThatWontRunAreSaid() {
        assertEquals(
                List.of("lvs.cf:4:18: warning: client_monitor: \"/opt/chk\" won't be run: checks run inside lvsd; a"
                        + " program of yours goes into send_program"),
                warnings(read(virtual("client_monitor = /opt/chk"))));
        assertEquals(List.of(), warnings(read(virtual("client_monitor = /usr/sbin/nanny"))));
        assertEquals(List.of(), warnings(global("ipvsadm = /sbin/ipvsadm")));
    }

    private static List<String> said(String text) {
        Reading<LvsConfig> reading = Sample.read(text);
        return reading.problems().stream()
                .map(problem -> problem.withSeverity())
                .toList();
    }

    private static boolean has(List<String> said, String part) {
        return said.stream().anyMatch(line -> line.contains(part));
    }

    /// The original's web interface writes zeros into every field that is left empty.
    @Test
    void zerosAreUnset() {
        Reading<LvsConfig> reading = Sample.read("primary = 192.0.2.1\nbackup = 0.0.0.0\nbackup_private = 0.0.0.0\n"
                + "network = nat\nnat_router = 10.0.0.254 eth1:1\nnat_nmask = 0.0.0.0\n"
                + "virtual [server_name] {\nactive = 0\naddress = 0.0.0.0 eth0:1\n}\n"
                + Sample.virtual("vip_nmask = 0.0.0.0\npmask = 0.0.0.0\nsorry_server = 0.0.0.0"));
        assertEquals(List.of(), Sample.errors(reading));
        LvsConfig config = reading.config().orElseThrow();
        assertTrue(config.backup().isEmpty());
        assertEquals(32, config.natRouter().orElseThrow().prefix());
        LvsConfig.Virtual virtual = config.virtuals().getLast();
        assertEquals(32, virtual.address().orElseThrow().prefix());
        assertEquals(-1, virtual.pmask());
        assertTrue(virtual.sorryServer().isEmpty());
    }

    @Test
    void zerosWhereSomethingMustBeAreMissed() {
        assertTrue(has(
                said("network = direct\nprimary = 192.0.2.1\nbackup_active = 1\nbackup = 0.0.0.0\n"
                        + Sample.virtual("")),
                "backup missing"));
        assertTrue(has(
                said("network = direct\nvirtual v {\nactive = 1\naddress = 0.0.0.0 eth0:1\n}\n"), "address missing"));
        assertTrue(has(
                said("network = direct\nvirtual v {\nactive = 1\naddress = 10.0.0.9 eth0:1\nserver s {\n"
                        + "address = 0.0.0.0\nactive = 1\n}\n}\n"),
                "address missing"));
    }

    @Test
    void aLeadingZeroNamesTwoHostsAndSoNone() {
        assertTrue(has(said("primary = 192.0.2.010\n" + Sample.virtual("")), "octal"));
        assertTrue(has(said(Sample.virtual("sorry_server = 010.0.1.9")), "octal"));
        assertTrue(has(said(Sample.virtual("vip_nmask = 255.255.255.00")), "Bad subnet mask"));
    }

    @Test
    void whatCanNotWorkIsSaid() {
        String nat = "network = nat\nnat_router = 10.0.1.254 eth1:1\n";
        assertTrue(has(said(nat + Sample.virtual("port = 0\npersistent = 60")), "goes to port 0"));
        assertFalse(has(said(nat + Sample.virtual("port = 0\npersistent = 60\ncheck = ping")), "goes to port 0"));
        assertTrue(has(said(nat + Sample.virtual("sorry_server = 127.0.0.1")), "the kernel drops"));
        assertFalse(has(said("network = direct\n" + Sample.virtual("sorry_server = 127.0.0.1")), "the kernel drops"));
        assertTrue(has(said(nat + Sample.virtual("").replace("10.0.1.1", "127.0.0.1")), "the kernel drops"));
        assertTrue(has(said(nat + Sample.virtual("").replace("10.0.1.1", "10.0.1.254")), "is nat_router, the gateway"));
        assertTrue(has(said(nat + Sample.virtual("").replace("10.0.0.100", "10.0.1.254")), "is nat_router, too"));
        assertTrue(has(said(nat + Sample.virtual("sorry_server = 10.0.1.254")), "is nat_router, the gateway"));
        assertTrue(has(said(nat + Sample.virtual("sorry_server = 10.0.1.1")), "is server s too"));
        assertTrue(has(said("tcp_timeout = 30000000\n" + Sample.virtual("")), "no kernel holds more"));
        assertTrue(has(said(nat + Sample.virtual("expect = \"HTTP/1.\\d\"\nuse_regex = 1")), "write [0-9]"));
        assertTrue(has(said(nat + Sample.virtual("expect = \"HTTP/1.\\d\"")), "as it stands"));
        assertFalse(has(said(nat + Sample.virtual("expect = \"C:\\\\dir\"")), "as it stands"));
    }

    @Test
    void oneMistakeIsSaidOnce() {
        assertFalse(has(
                said("primary = 192.0.2.1\nbackup_active = 1\nbackup = 192.0.2.2\nnetwork = direct   # DR\n"
                        + Sample.virtual("")),
                "nat_router missing"));
        List<String> said = said("global_defs  {\n notification_email  {\n ops@example.org\n }\n router_id X\n}\n"
                + "virtual_server 192.0.2.6 23 {\n real_server 192.0.2.7 23 {\n weight 1\n }\n}\n");
        assertEquals(
                List.of(
                        "lvs.cf:1:1: unknown command \"global_defs\"",
                        "lvs.cf:7:1: unknown command \"virtual_server\""),
                said);
    }

    @Test
    void whatHasNoEffectIsSaidWhereItAsksForSomething() {
        assertTrue(has(said("hard_shutdown = 0\n" + Sample.virtual("")), "hard_shutdown has no effect here"));
        assertTrue(has(said("debug_level = MAX\n" + Sample.virtual("")), "debug_level has no effect here"));
        assertTrue(has(said(Sample.virtual("start_cmd = \"/bin/true\"")), "start_cmd has no effect here"));
        assertTrue(has(
                said("rsh_command = ssh\n" + Sample.virtual("load_monitor = uptime\nsend_program = \"/bin/load\"")),
                "rsh_command has no effect here"));
        assertFalse(has(
                said("rsh_command = rsh\nhard_shutdown = 1\ndebug_level = NONE\n" + Sample.virtual("")), "no effect"));
    }
}
