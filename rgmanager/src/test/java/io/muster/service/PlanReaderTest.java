package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.service.Plan.DomainMember;
import io.muster.service.Plan.ServiceSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class PlanReaderTest {
    private static final String CONF = """
            <?xml version="1.0"?>
            <cluster name="lab" config_version="7">
              <clusternodes>
                <clusternode name="alpha" nodeid="1"/>
                <clusternode name="beta" nodeid="2"/>
              </clusternodes>
              <rm status_poll_interval="3">
                <failoverdomains>
                  <failoverdomain name="D" ordered="1">
                    <failoverdomainnode name="ALPHA" priority="2"/>
                    <failoverdomainnode name="beta"/>
                  </failoverdomain>
                </failoverdomains>
                <resources><script name="w" file="/etc/init.d/w"/></resources>
                <service name="web" domain="d" max_restarts="3" restart_expire_time="1h30m" recovery="relocate">
                  <script ref="w"/>
                </service>
                <service name="db" autostart="no" exclusive="2" depend="service:web"/>
              </rm>
            </cluster>
            """;

    private static Plan read(String conf) {
        return PlanReader.read(conf.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    }

    private static ServiceSpec web(String conf) {
        return Objects.requireNonNull(read(conf).service("service:web"));
    }

    @Test
    void takesWhatPlacementNeeds() {
        Plan plan = read(CONF);
        assertEquals(7, plan.version());
        assertEquals(3_000, plan.statusPollMs());
        ServiceSpec web = web(CONF);
        assertEquals(3, web.maxRestarts());
        assertEquals(5_400_000, web.restartExpireMs());
        assertEquals(Recovery.RELOCATE, web.recovery());
        ServiceSpec db = Objects.requireNonNull(plan.service("service:db"));
        assertTrue(!db.autostart() && db.exclusive());
        assertEquals("service:web", db.depend());
        assertEquals(
                List.of(new DomainMember(1, 2), new DomainMember(2, 0)),
                Objects.requireNonNull(plan.domain("d")).members());
    }

    @Test
    void onlyWhatNeedsARestartChangesTheDigest() {
        String digest = web(CONF).digest();
        assertEquals(
                digest,
                web(CONF.replace("recovery=\"relocate\"", "recovery=\"disable\""))
                        .digest());
        assertEquals(digest, web(CONF.replace(" domain=\"d\"", "")).digest());
        assertNotEquals(
                digest,
                web(CONF.replace("max_restarts=\"3\"", "max_restarts=\"4\"")).digest());
        assertNotEquals(digest, web(CONF.replace("init.d/w", "init.d/x")).digest(), "a shared resource counts");
    }

    @Test
    void aReferenceIsReadAsTheSharedDefinitionHasIt() {
        String conf = CONF.replace("<resources>", """
                <resources><service name="mail" autostart="0" domain="D" recovery="disable" exclusive="1"
                    depend="service:web" max_restarts="2" restart_expire_time="60"><script ref="w"/></service>
                <vm name="guest" recovery="relocate" path="/g"/>
                """).replace("</rm>", """
                <service ref="mail" recovery="relocate"/><vm ref="guest" autostart="0"/><service ref="none"/></rm>""");
        ServiceSpec mail = Objects.requireNonNull(read(conf).service("service:mail"));
        assertTrue(!mail.autostart() && mail.exclusive());
        assertEquals("D", mail.domain());
        assertEquals("service:web", mail.depend());
        assertEquals(2, mail.maxRestarts());
        assertEquals(60_000, mail.restartExpireMs());
        assertEquals(Recovery.RELOCATE, mail.recovery(), "said at the reference");
        ServiceSpec guest = Objects.requireNonNull(read(conf).service("vm:guest"));
        assertTrue(!guest.autostart() && guest.migratory());
        assertEquals(Recovery.RELOCATE, guest.recovery());
        assertTrue(Objects.requireNonNull(read(conf).service("service:none")).autostart());
        String digest = mail.digest();
        assertEquals(
                digest,
                Objects.requireNonNull(read(conf.replace("autostart=\"0\" domain=\"D\"", "autostart=\"1\""))
                                .service("service:mail"))
                        .digest(),
                "what may change while it runs, wherever it stands");
        assertNotEquals(
                digest,
                Objects.requireNonNull(read(conf.replace("max_restarts=\"2\"", "max_restarts=\"9\""))
                                .service("service:mail"))
                        .digest());
        assertNotEquals(
                digest,
                Objects.requireNonNull(
                                read(conf.replace("init.d/w", "init.d/x")).service("service:mail"))
                        .digest());
    }

    @Test
    void aServiceIsCalledByWhatIdentifiesItsType() {
        Plan plan = read(CONF.replace("</rm>", """
                <ip monitor_link="1" address="192.0.2.9"/><SAPInstance START_WAITTIME="5" InstanceName="A"/></rm>"""));
        assertEquals(
                List.of("service:web", "service:db", "ip:192.0.2.9", "SAPInstance:A"),
                plan.services().stream().map(ServiceSpec::name).toList());
    }

    @Test
    void whatIsNoConfigurationIsNoPlan() {
        assertTrue(PlanReader.read("<cluster".getBytes(StandardCharsets.UTF_8)).isEmpty());
    }
}
