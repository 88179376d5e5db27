package io.muster.doctor;

import static io.muster.lvscf.Sample.good;
import static io.muster.lvscf.Sample.read;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.doctor.MachineFacts.KeyFile;
import io.muster.doctor.MachineFacts.OwnAddress;
import io.muster.doctor.MachineFacts.Path;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A director on which all is well, and what is said when one thing after the other isn't.
class DoctorTest {
    private static final String NAT = """
            primary = 192.0.2.1
            backup = 192.0.2.2
            backup_active = 1
            nat_router = 10.0.1.254/24 eth1:1
            virtual web {
              active = 1
              address = 192.0.2.100/24 eth0:1
              server one {
                address = 10.0.1.1
                active = 1
              }
            }
            """;

    private static final String DIRECT = """
            primary = 192.0.2.1
            backup = 192.0.2.2
            backup_active = 1
            network = direct
            virtual web {
              active = 1
              address = 192.0.2.100/24 eth0:1
              server one {
                address = 192.0.2.11
                active = 1
              }
            }
            """;

    private static final String VIP = "192.0.2.100";
    private static final String SERVER_MAC = "02:00:00:00:00:11";
    private static final String PARTNER_MAC = "02:00:00:00:00:02";

    private final Machine machine = new Machine();

    @Test
    void aHealthyDirectorHasNoFindings() {
        assertEquals(List.of(), findings(NAT));
        machine.way("192.0.2.11", "eth0", null);
        machine.settings.put("net.ipv4.ip_forward", "0");
        assertEquals(List.of(), findings(DIRECT), "direct routing needs no forwarding");
    }

    @Test
    void aKernelWithoutIpvsIsSaid() {
        machine.ipvs = "this kernel has no IPVS";
        assertEquals(List.of("IPVS: this kernel has no IPVS"), findings(NAT));
        machine.ipvs = "";
        machine.modules.remove("ip_vs_wlc");
        assertEquals(List.of("scheduler wlc: this kernel has no module ip_vs_wlc"), findings(NAT));
        machine.modules.clear();
        assertEquals(List.of(), findings(NAT), "a kernel whose modules can't be listed isn't judged");
    }

    @Test
    void aStrangerToTheFileIsNoDirector() {
        machine.own.clear();
        assertEquals(List.of("role: this machine has neither the primary's address nor the backup's"), findings(NAT));
    }

    @Test
    void aSilentPartnerIsSaid() {
        machine.silent.add(ip("192.0.2.2"));
        assertEquals(List.of("partner 192.0.2.2: doesn't answer an echo request"), findings(NAT));
    }

    @Test
    void theKeyIsThereSecretAndLongEnough() {
        machine.key = Optional.empty();
        assertEquals(List.of("key: there is no /etc/sysconfig/ha/lvs.key"), findings(NAT));
        assertEquals(List.of(), findings("heartbeat_format = original\n" + NAT));
        assertEquals(List.of(), findings(NAT.replace("backup_active = 1\n", "")));
        machine.key = Optional.of(new KeyFile(0440, 31));
        assertEquals(
                List.of("key: /etc/sysconfig/ha/lvs.key has mode 440", "key: /etc/sysconfig/ha/lvs.key has 31 octets"),
                findings(NAT));
    }

    @Test
    void devicesAreThereAndUp() {
        machine.devices.put("eth1", false);
        machine.devices.remove("eth0");
        assertEquals(
                List.of("device eth0: isn't on this machine", "device eth1: is down or has no carrier"), findings(NAT));
        machine.devices.put("eth0", true);
        machine.devices.put("eth1", true);
        assertEquals(
                List.of("device eth9: isn't on this machine"), findings("syncdaemon = 1\nsyncd_iface = eth9\n" + NAT));
    }

    @Test
    void natForwards() {
        machine.settings.put("net.ipv4.ip_forward", "0");
        assertEquals(List.of("net.ipv4.ip_forward: is 0"), findings(NAT));
        machine.settings.put("net.ipv6.conf.all.forwarding", "0");
        String six = NAT.replace("192.0.2.100/24", "2001:db8::100").replace("10.0.1.1\n", "2001:db8:1::1\n");
        assertEquals(List.of("net.ipv6.conf.all.forwarding: is 0"), findings(six));
    }

    @Test
    void aStrictReversePathHurtsWhereTheDefaultRouteIsElsewhere() {
        machine.settings.put("net.ipv4.conf.all.rp_filter", "1");
        assertEquals(List.of(), findings(NAT));
        machine.defaultDevice = Optional.of("eth2");
        assertEquals(
                List.of("rp_filter on eth0: is strict (1), while the default route leaves by eth2"), findings(NAT));
        machine.settings.put("net.ipv4.conf.eth0.rp_filter", "2");
        assertEquals(List.of(), findings(NAT), "the greater of the two counts, and 2 is loose");
    }

    @Test
    void redirectsHurtOnASharedLan() {
        machine.settings.put("net.ipv4.conf.eth0.send_redirects", "1");
        assertEquals(List.of(), findings(NAT));
        machine.way("10.0.1.1", "eth0", null);
        assertEquals(
                List.of(
                        "send_redirects on eth0: is on, with clients' side and real servers on one LAN",
                        "real server 10.0.1.1: is on the clients' LAN (eth0)"),
                findings(NAT));
    }

    @Test
    void aRealServerBehindARouterIsReachedByTunnelsOnly() {
        machine.way("10.0.1.1", "eth1", "10.0.1.9");
        assertEquals(List.of("real server 10.0.1.1: is behind the router 10.0.1.9"), findings(NAT));
        machine.way("192.0.2.11", "eth0", "192.0.2.9");
        assertEquals(List.of("real server 192.0.2.11: is behind the router 192.0.2.9"), findings(DIRECT));
        assertEquals(List.of(), findings(DIRECT.replace("direct", "tunnel")));
    }

    @Test
    void directRoutingThroughTheDirectorIsSaid() {
        machine.way("192.0.2.11", "eth1", null);
        assertEquals(List.of("real server 192.0.2.11: is on eth1, the virtual address on eth0"), findings(DIRECT));
    }

    @Test
    void aRealServerThatAnswersArpIsNamed() {
        machine.way("192.0.2.11", "eth0", null);
        machine.answer(SERVER_MAC);
        assertEquals(List.of("real server 192.0.2.11: answers ARP for the virtual address " + VIP), findings(DIRECT));
    }

    @Test
    void anAddressOnTwoMachinesIsSaid() {
        machine.answer(PARTNER_MAC);
        assertEquals(List.of(), findings(NAT), "the other director is active, and this one isn't");
        machine.own.add(new OwnAddress(ip(VIP), "eth0"));
        assertEquals(
                List.of("virtual address " + VIP + ": is on another machine too: " + PARTNER_MAC + " (192.0.2.2)"),
                findings(NAT));
        machine.own.removeLast();
        machine.answer("02:00:00:00:00:77", PARTNER_MAC);
        assertEquals(
                List.of("virtual address " + VIP + ": is on 2 machines: 02:00:00:00:00:02, 02:00:00:00:00:77"),
                findings(NAT));
    }

    @Test
    void whatTheDaemonsSetIsJudgedOnlyWhileTheyRun() {
        machine.settings.put("net.ipv4.vs.expire_nodest_conn", "0");
        machine.settings.put("net.ipv4.conf.eth0.promote_secondaries", "0");
        assertEquals(List.of(), findings(NAT));
        machine.pulseRuns = true;
        machine.lvsdRuns = true;
        assertEquals(
                List.of(
                        "net.ipv4.vs.expire_nodest_conn: is 0, though lvsd sets 1 where it may",
                        "promote_secondaries on eth0: is 0"),
                findings(NAT));
    }

    @Test
    void everyFindingSaysWhyAndWhatMendsIt() {
        machine.silent.add(ip("192.0.2.2"));
        for (Finding finding : Doctor.examine(good(read(NAT)), machine.facts())) {
            assertEquals(
                    "if heartbeats (UDP port 539) get lost too, both directors become active | look at the cable, the"
                            + " other director and the firewalls between them",
                    finding.why() + " | " + finding.mend());
        }
    }

    private List<String> findings(String file) {
        return Doctor.examine(good(read(file)), machine.facts()).stream()
                .map(finding -> finding.subject() + ": " + finding.problem())
                .toList();
    }

    private static IpAddress ip(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    private static final class Machine {
        String ipvs = "";
        final Set<String> modules = new TreeSet<>(Set.of("ip_vs", "ip_vs_wlc", "ipip"));
        final Map<String, String> settings = new HashMap<>(Map.of(
                "net.ipv4.ip_forward", "1",
                "net.ipv6.conf.all.forwarding", "1",
                "net.ipv4.conf.all.rp_filter", "0",
                "net.ipv4.conf.all.send_redirects", "0"));
        final Map<String, Boolean> devices = new HashMap<>(Map.of("eth0", true, "eth1", true));
        final List<OwnAddress> own = new ArrayList<>(List.of(new OwnAddress(ip("192.0.2.1"), "eth0")));
        final Map<IpAddress, Path> routes = new HashMap<>();
        Optional<String> defaultDevice = Optional.of("eth0");
        Optional<KeyFile> key = Optional.of(new KeyFile(0400, 32));
        final Set<IpAddress> silent = new TreeSet<>();
        final Map<IpAddress, SortedSet<String>> answers = new HashMap<>();
        boolean pulseRuns;
        boolean lvsdRuns;

        Machine() {
            way("10.0.1.1", "eth1", null);
        }

        void way(String to, String device, @Nullable String gateway) {
            routes.put(ip(to), new Path(device, Optional.ofNullable(gateway).map(DoctorTest::ip), false));
        }

        void answer(String... macs) {
            answers.put(ip(VIP), new TreeSet<>(List.of(macs)));
        }

        MachineFacts facts() {
            return new MachineFacts(
                    ipvs.isEmpty(),
                    ipvs,
                    modules,
                    settings,
                    devices,
                    own,
                    routes,
                    defaultDevice,
                    key,
                    silent,
                    answers,
                    Map.of(SERVER_MAC, ip("192.0.2.11"), PARTNER_MAC, ip("192.0.2.2")),
                    pulseRuns,
                    lvsdRuns,
                    List.of());
        }
    }
}
