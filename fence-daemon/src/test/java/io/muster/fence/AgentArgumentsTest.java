package io.muster.fence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.config.ConfigReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/// From cluster.conf to what an agent reads.
class AgentArgumentsTest {
    private static NodeFencing fencing(String devices, String... uses) {
        String xml = """
                <?xml version="1.0"?>
                <cluster name="t" config_version="1"><clusternodes>
                <clusternode name="n1" nodeid="1"><fence><method name="m">%s</method></fence>
                <unfence><device name="d"/></unfence></clusternode>
                </clusternodes><fencedevices>%s</fencedevices></cluster>
                """.formatted(String.join("", uses), devices);
        var reading = ConfigReader.parse(xml.getBytes(StandardCharsets.UTF_8), "cluster.conf");
        var config = reading.config().orElseThrow(() -> new AssertionError(reading.errors()));
        return FenceSettings.of(config).node("n1").orElseThrow();
    }

    private static List<String> lines(String device, String use) {
        return fencing(device, use).methods().getFirst().calls().getFirst().input();
    }

    @Test
    void theDevicesAttributesComeFirstThenNodenameThenTheFenceDevices() {
        assertEquals(
                List.of("port=3", "nodename=n1", "agent=fence_apc", "ipaddr=10.0.0.1", "login=apc", "passwd=a b"),
                lines(
                        "<fencedevice name='d' agent='fence_apc' ipaddr='10.0.0.1' login='apc' passwd='a b'/>",
                        "<device name='d' port='3'/>"));
    }

    @Test
    void aNodenameThatIsWrittenIsKept() {
        assertTrue(lines("<fencedevice name='d' agent='fence_scsi'/>", "<device name='d' nodename='x'/>")
                .contains("nodename=x"));
    }

    @Test
    void anOldOptionBecomesAnActionInSmallLetters() {
        String apc = "<fencedevice name='d' agent='fence_apc'/>";
        assertEquals("action=off", lines(apc, "<device name='d' option='Off'/>").getFirst());
        assertEquals(
                "action=reboot",
                lines(apc, "<device name='d' option='Reboot'/>").getFirst());
        String brocade = "<fencedevice name='d' agent='fence_brocade'/>";
        assertEquals(
                "action=off",
                lines(brocade, "<device name='d' option='disable'/>").getFirst());
        assertEquals(
                "action=on",
                lines(brocade, "<device name='d' action='enable'/>").getFirst());
    }

    @Test
    void anOptionThatIsNoActionIsLeftAlone() {
        assertEquals(
                "option=multipath",
                lines("<fencedevice name='d' agent='fence_gnbd'/>", "<device name='d' option='multipath'/>")
                        .getFirst());
    }

    @Test
    void keysOfTheFirstAgentsAreTranslatedForTheAgentsThatHadThem() {
        assertTrue(lines("<fencedevice name='d' agent='fence_ilo' hostname='ilo1'/>", "<device name='d'/>")
                .contains("ipaddr=ilo1"));
        assertTrue(lines("<fencedevice name='d' agent='fence_bladecenter'/>", "<device name='d' blade='4'/>")
                .contains("port=4"));
        assertTrue(lines("<fencedevice name='d' agent='fence_xvm'/>", "<device name='d' domain='guest1'/>")
                .contains("port=guest1"));
        assertTrue(lines("<fencedevice name='d' agent='fence_ipmilan' lanplus=''/>", "<device name='d'/>")
                .contains("lanplus=1"));
        assertTrue(lines("<fencedevice name='d' agent='fence_bullpap'/>", "<device name='d' domain='d1'/>")
                .contains("domain=d1"));
    }

    @Test
    void aModuleOfADracIsReachedByTheNewerAgent() {
        var call = fencing("<fencedevice name='d' agent='fence_drac'/>", "<device name='d' modulename='Server-1'/>")
                .methods()
                .getFirst()
                .calls()
                .getFirst();
        assertEquals("fence_drac5", call.agent());
        assertTrue(call.input().contains("port=Server-1"));
    }

    @Test
    void aRehearsalIsNotCalled() {
        var call = fencing("<fencedevice name='d' agent='fence_wti' test='1'/>", "<device name='d'/>")
                .methods()
                .getFirst()
                .calls()
                .getFirst();
        assertTrue(call.refusal().isPresent());
    }

    private static String sequence(String devices, String... uses) {
        var text = new StringBuilder();
        for (AgentCall call : fencing(devices, uses).methods().getFirst().calls()) {
            String port = call.input().stream()
                    .filter(line -> line.startsWith("port="))
                    .findFirst()
                    .orElse("");
            text.append(AgentArguments.action(call.input()).orElse("-"))
                    .append(' ')
                    .append(port)
                    .append(", ");
        }
        return text.toString();
    }

    @Test
    void fourExplicitDevicesStayAsTheyAreWritten() {
        assertEquals(
                "off port=1, off port=2, on port=1, on port=2, ",
                sequence(
                        "<fencedevice name='d' agent='fence_apc'/>",
                        "<device name='d' port='1' option='off'/>",
                        "<device name='d' port='2' option='off'/>",
                        "<device name='d' port='1' option='on'/>",
                        "<device name='d' port='2' option='on'/>"));
    }

    @Test
    void twoPowerDevicesThatWouldRebootGoAllOffAndThenAllOn() {
        assertEquals(
                "off port=1, off port=2, on port=1, on port=2, ",
                sequence(
                        "<fencedevice name='d' agent='fence_apc'/>",
                        "<device name='d' port='1'/>",
                        "<device name='d' port='2' option='reboot'/>"));
    }

    @Test
    void aPowerAndAStorageDeviceStayAsTheyAreWritten() {
        assertEquals(
                "- port=1, - port=7, ",
                sequence(
                        "<fencedevice name='d' agent='fence_apc'/><fencedevice name='s' agent='fence_brocade'/>",
                        "<device name='d' port='1'/>",
                        "<device name='s' port='7'/>"));
    }

    @Test
    void unfencingSwitchesOnUnlessWrittenOtherwise() {
        var fencing = fencing("<fencedevice name='d' agent='fence_scsi'/>", "<device name='d'/>");
        assertTrue(fencing.unfence().getFirst().input().contains("action=on"));
    }
}
