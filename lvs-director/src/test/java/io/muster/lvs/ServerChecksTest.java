package io.muster.lvs;

import static io.muster.lvscf.Sample.good;
import static io.muster.lvscf.Sample.read;
import static io.muster.lvscf.Sample.virtual;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.checks.Check;
import io.muster.checks.Expect;
import io.muster.checks.LoadSource;
import io.muster.checks.Rules;
import io.muster.checks.Statuses;
import io.muster.net.IpAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// From the words of lvs.cf to the check that is made.
class ServerChecksTest {
    private static final IpAddress SERVER = IpAddress.parse("10.0.1.1").orElseThrow();

    @Test
    void everyKindIsTheCheckOfItsName() {
        Map.of(
                        "send = \"a\\n\"\nexpect = \"b\"",
                        new Check.Talk(SERVER, 80, false, "a\n", new Expect.Prefix("b")),
                        "port = 25",
                        new Check.Connect(SERVER, 25, false),
                        "send_program = \"/bin/chk -x %h %p %hh\"\nexpect = \"OK\"",
                        new Check.Program(List.of("/bin/chk", "-x", "10.0.1.1", "80", "%hh"), "OK", false),
                        "check = http\ncheck_path = /up\ncheck_status = 204",
                        new Check.Http(SERVER, 80, false, "10.0.1.1", "/up", Statuses.one(204), ""),
                        "port = 443\ncheck = https\ncheck_path = https://www.example.com/up",
                        new Check.Http(SERVER, 443, true, "www.example.com", "/up", Statuses.USUAL, ""),
                        "port = 53\nprotocol = udp\ncheck = dns\ncheck_path = example.com",
                        new Check.Dns(SERVER, 53, true, "example.com"),
                        "port = 53\nprotocol = udp",
                        new Check.Connect(SERVER, 53, true),
                        "port = 25\ncheck = smtp",
                        new Check.Smtp(SERVER, 25),
                        "check = ping",
                        new Check.Ping(SERVER))
                .forEach((lines, check) -> assertEquals(check, rules(lines).check(), lines));
    }

    @Test
    void aCheckGoesToAnotherAddressAndPortAndAsksByName() {
        IpAddress door = IpAddress.parse("10.9.0.1").orElseThrow();
        String elsewhere = "server e {\naddress = 10.0.1.1\nactive = 1\nconnect_ip = 10.9.0.1\ncheckport = 8443\n}";
        assertEquals(
                new Check.Http(door, 8443, true, "shop.example", "/", Statuses.USUAL, ""),
                only("check = https\nvirtualhost = shop.example\n" + elsewhere).check());
        assertEquals(
                new Check.Http(door, 8443, false, "10.9.0.1", "/", Statuses.USUAL, ""),
                only("check = http\n" + elsewhere).check());
        assertEquals(
                new Check.Program(List.of("/bin/chk", "10.9.0.1", "8443"), "", false),
                only("send_program = \"/bin/chk %h %p\"\n" + elsewhere).check());
        assertEquals(new Check.Ping(door), only("check = ping\n" + elsewhere).check());
    }

    private static Rules only(String lines) {
        Plan plan = Plan.of(good(read("virtual v {\nactive = 1\naddress = 10.0.0.100 eth0:1\n" + lines + "\n}\n")));
        return plan.rules().values().iterator().next();
    }

    @Test
    void loadsOfUptimeAreTheProgramsOfTheCheck() {
        assertEquals(0, rules("load_monitor = none").loadScale());
        Rules rules = rules("load_monitor = uptime\nsend_program = \"/bin/load %h\"");
        assertEquals(Rules.LOAD_SCALE, rules.loadScale());
        assertEquals(new Check.Program(List.of("/bin/load", "10.0.1.1"), "", true), rules.check());
    }

    @Test
    void rupAndRuptimeAreAskedBesideTheCheck() {
        Rules rules = rules("port = 25\nload_monitor = ruptime");
        assertEquals(new Check.Connect(SERVER, 25, false), rules.check());
        assertEquals(Rules.LOAD_SCALE, rules.loadScale());
        assertEquals(
                new LoadSource(List.of("ruptime", "10.0.1.1"), List.of("10.0.1.1", "s")),
                rules.source().orElseThrow());
        assertEquals(
                List.of("rup", "10.0.1.1"),
                rules("load_monitor = rup").source().orElseThrow().command());
    }

    @Test
    void timesAndWeightAreTheServers() {
        Rules rules = rules("timeout = 7\nreentry = 21");
        assertEquals(7_000, rules.intervalMs());
        assertEquals(21_000, rules.reentryMs());
        assertEquals(1, rules.weight());
    }

    @Test
    void aTargetNamesItsVirtualAsTheTableDoes() {
        Plan plan = Plan.of(good(read(virtual("port = 25"))));
        var target = plan.rules().firstKey();
        assertEquals("TCP 10.0.0.100:25", target.service());
        assertEquals("v/s", plan.name(target));
        assertEquals(plan.services().firstKey(), plan.service(target).orElseThrow());
    }

    private static Rules rules(String lines) {
        var rules = Plan.of(good(read(virtual(lines)))).rules();
        return rules.get(rules.firstKey());
    }
}
