package io.muster.bed.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.bed.Await;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Services that would run without one of their resources: nobody starts them, and everybody says why.
@Tag("netns")
class UnfitIT {
    private static final String SERVICES = """
            <resources>
              <ip address="10.77.0.80" monitor_link="1" sleeptime="0"/>
              <script name="web-init" file="%1$s"/>
              <service name="shared" autostart="0"><script ref="web-init"/></service>
            </resources>
            <service name="web" domain="in-order" recovery="relocate"><ip ref="10.77.0.80"><script ref="web-init"/></ip></service>
            <service name="agentless"><lvm name="v" vg_name="vg1"/><ip address="10.77.0.81"/></service>
            <service name="gap"><script name="a"/></service>
            <service name="twice"><ip ref="10.77.0.80"/></service>
            <service name="copy"><script name="other" file="%1$s"/></service>
            <service name="nothing"><fs ref="none"/></service>
            <vm name="guest" path="/g"/>
            <service ref="shared"/>
            """;

    private static final Map<String, String> WHY = Map.of(
            "service:agentless", "<lvm name=\"v\"> in line 38: no agent handles this type",
            "service:gap", "<script name=\"a\"> in line 39: required attribute \"file\" is missing",
            "service:twice", "<ip ref=\"10.77.0.80\"> in line 40: it is used above already, and may be used once only",
            "service:copy", "must be unique: <script name=\"web-init\"> in line 34 has it",
            "service:nothing", "<fs ref=\"none\"> in line 42: no such resource is defined",
            "vm:guest", "<vm name=\"guest\"> in line 43: no agent handles this type");

    @RegisterExtension
    static final RealCluster real = new RealCluster(
            3, 1, file -> file.withService(SERVICES.formatted(Home.demo().resolve("web-init"))));

    @Test
    void everyNodeSaysWhyAndStartsTheOthers() {
        TestNode owner = real.owner();
        for (TestNode node : real.testbed().nodes()) {
            assertTrue(
                    Await.until(
                            8_000,
                            () -> WHY.entrySet().stream()
                                    .allMatch(e -> section(node, e.getKey()).contains(e.getValue()))),
                    () -> real.cluster().ask(node, "clustat", "-l").out() + real.report());
            WHY.keySet().forEach(service -> assertTrue(section(node, service).contains("stopped (110)"), service));
            assertTrue(
                    section(node, "service:shared").contains("disabled (119)"), "autostart of the definition counts");
            assertTrue(section(node, "service:web").contains("started (112)"));
        }
        Shell.Result valid = real.cluster().ask(owner, "ccs_config_validate");
        assertEquals(0, valid.status());
        WHY.keySet()
                .forEach(service -> assertTrue(
                        (valid.out() + valid.err()).contains(service + " isn't started")
                                || service.endsWith(":nothing"),
                        valid.out() + valid.err()));
        assertTrue(!real.cluster().ask(owner, "clusvcadm", "-e", "gap").ok());
    }

    /// What `clustat -l` says of one service.
    private static String section(TestNode node, String service) {
        String all = real.cluster().ask(node, "clustat", "-l").out();
        int from = all.indexOf("Service Name      : " + service + "\n");
        int to = all.indexOf("\n\n", Math.max(0, from));
        return from < 0 ? "" : all.substring(from, to < 0 ? all.length() : to);
    }
}
