package io.muster.lvscf;

import static io.muster.lvscf.Sample.errors;
import static io.muster.lvscf.Sample.global;
import static io.muster.lvscf.Sample.good;
import static io.muster.lvscf.Sample.read;
import static io.muster.lvscf.Sample.virtual;
import static io.muster.lvscf.Sample.warnings;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.checks.Statuses;
import io.muster.finding.Reading;
import io.muster.ipvs.Tunnel;
import io.muster.lvscf.LvsConfig.CheckRule;
import io.muster.lvscf.LvsConfig.FloatingAddress;
import io.muster.lvscf.LvsConfig.Heartbeat;
import io.muster.lvscf.LvsConfig.Heartbeat.Format;
import io.muster.lvscf.LvsConfig.LoadMonitor;
import io.muster.lvscf.LvsConfig.Notify;
import io.muster.lvscf.LvsConfig.Partner;
import io.muster.lvscf.LvsConfig.Server;
import io.muster.lvscf.LvsConfig.Virtual;
import io.muster.net.IpAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Types, defaults and meanings of every key.
class DefaultsTest {
    private static final CheckRule HTTP = new CheckRule(
            CheckRule.Kind.TALK, 10_000, "GET / HTTP/1.0\\r\\n\\r\\n", "HTTP", false, "", "", "", Statuses.USUAL, "");

    private static Server server(String name, String address, boolean active, int port, int weight) {
        return new Server(
                name,
                ip(address),
                active,
                port,
                port,
                weight,
                Optional.empty(),
                Tunnel.NONE,
                ip(address),
                port,
                Notify.NONE);
    }

    @Test
    void aFileThatSaysNothingHasTheOriginalsDefaults() {
        LvsConfig config = good(read("serial_no = 0"));
        assertEquals(Sample.config(List.of()), config);
        assertEquals(List.of(), config.refusals());
    }

    @Test
    void aVirtualThatSaysNothingHasTheOriginalsDefaults() {
        Virtual v = good(read("virtual v {\nserver s {\naddress = 10.0.0.1\n}\n}"))
                .virtuals()
                .getFirst();
        var wanted = new Virtual(
                "v",
                false,
                Optional.empty(),
                0,
                6,
                80,
                "wlc",
                0,
                0,
                -1,
                Optional.empty(),
                HTTP,
                180_000,
                0,
                false,
                LoadMonitor.NONE,
                "",
                "",
                Notify.NONE,
                List.of(server("s", "10.0.0.1", false, 80, 1)));
        assertEquals(wanted, v);
    }

    @Test
    void theCompleteExampleIsReadWhole() {
        Reading<LvsConfig> reading = read(Sample.complete());
        assertEquals(List.of(), reading.problems());
        LvsConfig config = good(reading);
        assertEquals(Optional.of(new Partner(ip("192.168.26.201"), ip("10.11.12.9"))), config.primary());
        assertEquals(Optional.of(new Partner(ip("192.168.26.202"), ip("10.11.12.8"))), config.backup());
        assertEquals(new Heartbeat(539, 2000, 6000, Format.MUSTER, false, 60_000), config.heartbeat());
        assertEquals(Optional.of(new FloatingAddress(ip("10.11.12.10"), "eth1:1", 24)), config.natRouter());
        assertEquals("eth1", config.natRouter().orElseThrow().baseDevice());
        assertTrue(config.backupActive() && config.monitorLinks() && config.syncDaemon() && config.hardShutdown());
        assertEquals(
                "ssh eth1 3 900 0",
                config.rshCommand() + " " + config.syncInterface() + " " + config.syncId() + " " + config.tcpTimeoutS()
                        + " " + config.udpTimeoutS());
        Virtual web = config.virtuals().get(0);
        assertEquals(
                new CheckRule(
                        CheckRule.Kind.TALK,
                        6000,
                        "GET / HTTP/1.0\\r\\n\\r\\n",
                        "HTTP",
                        false,
                        "",
                        "",
                        "",
                        Statuses.USUAL,
                        ""),
                web.check());
        assertEquals(Optional.of(new FloatingAddress(ip("192.168.26.10"), "eth0:1", 24)), web.address());
        assertEquals(0xffffff00, web.pmask());
        assertEquals(300, web.persistentS());
        assertEquals(15_000, web.reentryMs());
        assertEquals(Optional.of(ip("10.11.12.99")), web.sorryServer());
        assertEquals(
                List.of(server("one", "10.11.12.1", true, 8080, 3), server("two", "10.11.12.2", true, 80, 1)),
                web.servers());
        Virtual mail = config.virtuals().get(1);
        assertEquals(80, mail.fwmark());
        assertEquals(CheckRule.Kind.PROGRAM, mail.check().kind());
        assertEquals("/usr/local/bin/chk %h %p", mail.check().program());
        assertEquals(32, mail.address().orElseThrow().prefix());
        assertEquals(0, mail.servers().getFirst().tablePort());
        Virtual ftp = config.failovers().getFirst();
        assertEquals("/etc/rc.d/init.d/vsftpd stop", ftp.stopCommand());
        assertEquals("\\n", ftp.check().send());
    }

    @Test
    void periodsAreSecondsOrMilliseconds() {
        Heartbeat heartbeat = good(global("keepalive = 200ms\ndeadtime = 1")).heartbeat();
        assertEquals(200, heartbeat.keepaliveMs());
        assertEquals(1000, heartbeat.deadtimeMs());
        assertEquals(
                List.of(
                        "lvs.cf:1:13: keepalive: integer expected, not \"2s\": seconds, or milliseconds written as 200ms"),
                errors(global("keepalive = 2s")));
        assertEquals(
                List.of("lvs.cf:1:13: keepalive: invalid argument \"0\": 1 to 31536000"),
                errors(global("keepalive = 0")));
        assertEquals(
                1500,
                good(read(virtual("timeout = 1500ms")))
                        .virtuals()
                        .getFirst()
                        .check()
                        .intervalMs());
    }

    @Test
    void withoutPrimaryPrivateBothPrivateAddressesAreThePublicOnes() {
        Reading<LvsConfig> reading =
                global("primary = 10.0.0.1\nbackup = 10.0.0.2\nbackup_active = 1\nbackup_private = 10.9.0.2"
                        + "\nnat_router = 10.0.1.10 eth1");
        assertEquals(
                Optional.of(new Partner(ip("10.0.0.2"), ip("10.0.0.2"))),
                good(reading).backup());
        assertEquals(
                List.of(
                        "lvs.cf:4:18: warning: backup_private is overwritten by backup, since primary_private is missing:"
                                + " give both or none"),
                warnings(reading));
        LvsConfig half = good(global("primary = 10.0.0.1\nprimary_private = 10.9.0.1\nbackup = 10.0.0.2"));
        assertEquals(Optional.of(new Partner(ip("10.0.0.2"), ip("10.0.0.2"))), half.backup());
    }

    @Test
    void sixIsReadWhereverFourIs() {
        LvsConfig config = good(read("""
                primary = 2001:db8::1
                nat_router = 2001:db8:1::10/64 eth1
                virtual six {
                  active = 1
                  address = 2001:db8::100 eth0
                  vip_nmask = 64
                  persistent = 60
                  pmask = 56
                  sorry_server = 2001:db8:1::99
                  server a {
                    address = web1
                    active = 1
                  }
                }
                """));
        assertEquals(64, config.natRouter().orElseThrow().prefix());
        Virtual six = config.virtuals().getFirst();
        assertEquals(Optional.of(new FloatingAddress(ip("2001:db8::100"), "eth0", 64)), six.address());
        assertEquals(56, six.pmask());
        assertEquals(ip("2001:db8::51"), six.servers().getFirst().address());
        assertEquals(
                128,
                good(read(virtual("").replace("10.0.0.100", "2001:db8::5").replace("10.0.1.1", "2001:db8::6")))
                        .virtuals()
                        .getFirst()
                        .pmask());
    }

    @Test
    void masksAreDottedOrLengths() {
        for (String mask : List.of("255.255.240.0", "20", "/20")) {
            assertEquals(
                    20,
                    good(read(virtual("vip_nmask = " + mask)))
                            .virtuals()
                            .getFirst()
                            .address()
                            .orElseThrow()
                            .prefix());
        }
        for (String bad : List.of("255.0.255.0", "33", "banana", "2001:db8::")) {
            assertEquals(
                    List.of("lvs.cf:4:13: vip_nmask: Bad subnet mask specified: \"" + bad + "\""),
                    errors(read(virtual("vip_nmask = " + bad))).stream()
                            .map(line -> line.replace(" for 10.0.0.100", ""))
                            .toList());
        }
        assertEquals(
                -1,
                good(read(virtual("pmask = 255.255.255.255")))
                        .virtuals()
                        .getFirst()
                        .pmask());
        assertEquals(
                List.of("lvs.cf:4:13: vip_nmask: invalid argument \"24\": address says /16"),
                errors(read(virtual("vip_nmask = 24").replace("10.0.0.100", "10.0.0.100/16"))));
    }

    @Test
    void anAddressTakesADevice() {
        assertEquals(
                List.of(
                        "lvs.cf:1:14: nat_router: missing arguments: an address and a device, as in \"10.0.0.1 eth0:1\""),
                errors(global("nat_router = 10.0.0.1")));
        assertEquals(
                List.of("lvs.cf:1:28: nat_router: unexpected arguments: \"up\""),
                errors(global("nat_router = 10.0.0.1 eth1 up")));
        assertEquals(
                List.of("lvs.cf:1:23: nat_router: invalid argument \"averylongdevicename\": a device's name, 15"
                        + " characters at most"),
                errors(global("nat_router = 10.0.0.1 averylongdevicename")));
    }

    @Test
    void everySchedulerOfTheKernelIsTaken() {
        for (String scheduler : "rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos".split(" ")) {
            assertEquals(
                    scheduler,
                    good(read(virtual("scheduler = " + scheduler)))
                            .virtuals()
                            .getFirst()
                            .scheduler());
        }
        assertEquals(
                List.of("lvs.cf:4:13: scheduler: invalid argument \"wcl\"; did you mean \"wlc\"?"),
                errors(read(virtual("scheduler = wcl"))));
    }

    @Test
    void theTablesPortFollowsForwardingAndMark() {
        String server = "server s {\naddress = 10.0.1.1\nactive = 1\nport = 8080\n}\n}\n";
        String head = "virtual v {\nactive = 1\naddress = 10.0.0.100 eth0\nport = 443\n";
        assertEquals(8080, tablePort(head + server));
        assertEquals(443, tablePort("network = direct\n" + head + server));
        assertEquals(443, tablePort("network = tunnel\n" + head + server));
        assertEquals(8080, tablePort(head + "fwmark = 5\n" + server));
        assertEquals(0, tablePort(head + "fwmark = 5\n" + server.replace("port = 8080\n", "")));
        assertEquals(0, tablePort("network = direct\n" + head + "fwmark = 5\n" + server));
    }

    @Test
    void aServerBeforeThePortLineHasEighty() {
        Reading<LvsConfig> reading =
                read("virtual v {\nactive = 1\naddress = 10.0.0.100 eth0\nserver s {\naddress = 10.0.1.1\n"
                        + "active = 1\n}\nport = 443\n}\n");
        assertEquals(
                80, good(reading).virtuals().getFirst().servers().getFirst().port());
        assertEquals(
                List.of("lvs.cf:4:1: warning: server s stands before the port line of virtual v and so has port 80, not"
                        + " 443: move the port line up"),
                warnings(reading));
    }

    @Test
    void checksFollowFromTheOriginalsKeysOrFromOurs() {
        assertEquals(HTTP, check(""));
        assertEquals(CheckRule.Kind.CONNECT, check("port = 25").kind());
        assertEquals(CheckRule.Kind.CONNECT, check("check = connect\nport = 25").kind());
        CheckRule plain = check("check = connect");
        assertEquals("TALK||", plain.kind() + "|" + plain.send() + "|" + plain.expect());
        assertEquals(CheckRule.Kind.TALK, check("port = 25\nexpect = 220").kind());
        assertEquals(
                CheckRule.Kind.PROGRAM,
                check("send_program = /bin/true\nexpect = 220").kind());
        assertEquals("/", check("check = https").path());
        assertEquals(".", check("check = dns\nprotocol = udp").path());
        CheckRule page =
                check("check = http\ncheck_path = /health\ncheck_status = 204\ncheck_digest = " + "aB".repeat(16));
        assertEquals("/health 204 " + "ab".repeat(16), page.path() + " " + page.statuses() + " " + page.digest());
        assertEquals(
                List.of(
                        "lvs.cf:4:16: check_digest: invalid argument \"abc\": the 64 hex digits of a SHA-256, or the 32 of"
                                + " an MD5"),
                errors(read(virtual("check_digest = abc\ncheck = http"))));
    }

    @Test
    void statusesAreNumbersAndRangesOfThem() {
        assertEquals(
                "200-299,301",
                check("check = http\ncheck_status = 200-299,301").statuses().toString());
        assertEquals(
                "200-299,301",
                check("check = http\ncheck_status = 200-299 301").statuses().toString());
        assertEquals(Statuses.USUAL, check("check = http").statuses());
        assertEquals(
                List.of(
                        "lvs.cf:5:16: check_status: invalid argument \"299-200\": is \"200-299\" meant?",
                        "lvs.cf:5:24: check_status: invalid argument \"600\": 100 to 599",
                        "lvs.cf:6:16: check_status: invalid argument \"2xx\": statuses and ranges of them, as in"
                                + " \"200-299,301\""),
                errors(read(virtual("check = http\ncheck_status = 299-200,600\ncheck_status = 2xx"))));
    }

    @Test
    void aCheckGoesElsewhereWhereTheFileSaysSo() {
        Virtual v = good(read("virtual v {\nactive = 1\naddress = 10.0.0.100 eth0:1\ncheckport = 8081\ncheck = http\n"
                        + "virtualhost = shop.example\n"
                        + "server a {\naddress = 10.0.1.1\nactive = 1\n}\n"
                        + "server b {\naddress = 10.0.1.2\nactive = 1\nconnect_ip = 10.9.0.2\ncheckport = https\n}\n}"))
                .virtuals()
                .getFirst();
        assertEquals("shop.example", v.check().host());
        assertEquals(
                List.of("10.0.1.1 80: 10.0.1.1 8081", "10.0.1.2 80: 10.9.0.2 443"),
                v.servers().stream()
                        .map(server -> server.address() + " " + server.port() + ": " + server.checkAddress() + " "
                                + server.checkPort())
                        .toList());
        // What a TCP port 80 is asked by default is asked of the port that is checked.
        assertEquals(CheckRule.Kind.CONNECT, check("checkport = 9000").kind());
        assertEquals(CheckRule.Kind.TALK, check("port = 443\ncheckport = 80").kind());
    }

    @Test
    void whatCannotBeAskedForByNameIsSaid() {
        assertEquals(
                List.of("lvs.cf:5:15: virtualhost: invalid argument \"a_b.example\": a host's name that TLS can ask for"
                        + " (RFC 6066)"),
                errors(read(virtual("check = https\nvirtualhost = a_b.example"))));
        assertEquals(List.of(), errors(read(virtual("check = http\nvirtualhost = a_b.example:8080"))));
        assertEquals(
                List.of(
                        "lvs.cf:5:15: virtualhost: invalid argument \"http://a.example/\": a host's name; a URL goes into"
                                + " check_path"),
                errors(read(virtual("check = http\nvirtualhost = http://a.example/"))));
        assertEquals(
                List.of(
                        "lvs.cf:6:15: warning: virtualhost: b.example is asked for, not the host that check_path names"),
                warnings(read(virtual("check = http\ncheck_path = http://a.example/\nvirtualhost = b.example"))));
        assertEquals(
                List.of("lvs.cf:4:15: warning: virtualhost: not used without check = http or https"),
                warnings(read(virtual("virtualhost = b.example"))));
    }

    @Test
    void programsAreNamedByTheirWholePath() {
        Virtual v = good(read("virtual v {\nactive = 1\naddress = 10.0.0.100 eth0:1\n"
                        + "notify_down = \"/bin/page %s\"\nnotify_up = /bin/up\nquorum_down = /bin/dark\n"
                        + "server a {\naddress = 10.0.1.1\nactive = 1\nnotify_up = \"/bin/own\"\n}\n}"))
                .virtuals()
                .getFirst();
        assertEquals(new Notify("", "/bin/dark"), v.quorum());
        assertEquals(
                new Notify("/bin/own", "/bin/page %s"), v.servers().getFirst().onChange());
        assertEquals(
                List.of(
                        "lvs.cf:4:1: unknown command \"notify_don\"; did you mean \"notify_down\"?",
                        "lvs.cf:5:13: quorum_up: invalid argument \"page\": the whole path of a program, and its"
                                + " arguments"),
                errors(read(virtual("notify_don = /bin/page\nquorum_up = \"page me\""))));
    }

    @Test
    void aRegularExpressionIsOne() {
        assertTrue(check("port = 25\nexpect = \"^220 (mx|mail)[0-9]+\"\nuse_regex = 1")
                .regex());
        assertEquals(
                List.of("lvs.cf:4:10: expect: invalid argument \"(220\": not an extended regular expression"),
                errors(read(virtual("expect = (220\nuse_regex = 1"))));
        assertEquals(List.of(), errors(read(virtual("expect = (220"))));
    }

    @Test
    void whatIsNotBuiltIsReadAndRefusedInWords() {
        assertEquals(
                List.of("service = fos: failover services aren't built yet, only service = lvs is"),
                good(global("service = fos")).refusals());
        for (String monitor : List.of("rup", "ruptime")) {
            assertEquals(
                    List.of(), good(read(virtual("load_monitor = " + monitor))).refusals());
        }
    }

    @Test
    void whatTheWebInterfaceWritesAndTheDaemonsRefuseIsIgnoredAndSaid() {
        Reading<LvsConfig> reading = read(virtual("expect_program = \"x y\"\ndeadtime = 6\nmaster = a\ndirs = [ a b ]")
                + "failover f {\nheartbeat = 1\n}\n");
        assertFalse(good(reading).virtuals().isEmpty());
        assertEquals(
                List.of("4:1 expect_program", "5:1 deadtime", "14:1 heartbeat"),
                reading.warnings().stream()
                        .map(p -> p.line() + ":" + p.column() + " " + p.text().split(" ", 2)[0])
                        .toList());
        assertEquals(
                List.of("lvs.cf:4:8: dirs: list expected, as in \"[ a b ]\""), errors(read(virtual("dirs = a b"))));
    }

    private static CheckRule check(String lines) {
        return good(read(virtual(lines))).virtuals().getFirst().check();
    }

    private static int tablePort(String text) {
        return good(read(text)).virtuals().getFirst().servers().getFirst().tablePort();
    }

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }
}
