package io.muster.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.cli.Said;
import io.muster.daemon.Layout;
import io.muster.service.ClusterServices;
import io.muster.service.ResultCode;
import io.muster.service.ServiceState;
import io.muster.service.ServiceStatus;
import io.muster.service.cli.ClusterPicture.MemberRow;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Goldens after the samples of the original's manual; every blank counts.
class ClusterTextTest {
    /// Mon Mar  2 10:15:00 2026 UTC.
    private static final long NOW = 1_772_446_500L;

    private static ServiceStatus service(
            String name, ServiceState state, boolean frozen, boolean partial, int owner, int last) {
        return new ServiceStatus(name, state, frozen, partial, owner, last, 0, NOW - 4500, "");
    }

    private static ClusterPicture picture(ResultCode code) {
        List<ServiceStatus> services = code != ResultCode.SUCCESS
                ? List.of()
                : List.of(
                        service("service:db", ServiceState.STOPPED, false, false, 0, 2),
                        service("service:nfs", ServiceState.STARTED, true, false, 1, 2),
                        service("service:web", ServiceState.STARTED, false, false, 1, 0),
                        service("vm:guest1", ServiceState.STARTED, true, true, 2, 0));
        return new ClusterPicture(
                "lab",
                4711,
                12,
                code == ResultCode.SUCCESS,
                1,
                true,
                List.of(
                        new MemberRow(1, "alpha.lab", true, true, false, true, false),
                        new MemberRow(2, "beta.lab", true, false, false, true, false),
                        new MemberRow(3, "gamma.lab", false, false, false, false, false),
                        new MemberRow(0, "/dev/block/8:16", true, false, false, false, true)),
                Optional.of(new ClusterServices(code, false, 1, List.of(1, 2), services)));
    }

    private static Said show(ClusterPicture picture, String... args) {
        Clustat clustat = new Clustat(Layout.under(Path.of("/nonexistent")));
        assertEquals(1, Said.by(clustat, args).status(), "nobody listens there");
        return Said.by((_, out, _) -> clustat.show(picture, out, NOW, ZoneOffset.UTC, 80));
    }

    @Test
    void aServiceThatIsBarredSaysByWhom() {
        var db = new ServiceStatus(
                "service:db", ServiceState.STOPPED, false, false, 0, 2, 0, NOW, "node 2 is still stopping everything");
        String table = ClusterText.services(picture(ResultCode.SUCCESS), List.of(db), 80);
        assertEquals(
                "\n service:db: node 2 is still stopping everything\n", table.substring(table.indexOf("\n\n") + 1));
        String text = ClusterText.longServices(picture(ResultCode.SUCCESS), List.of(db), ZoneOffset.UTC);
        assertEquals(true, text.contains("\n  Barred          : node 2 is still stopping everything\n"));
    }

    @Test
    void wholePicture() {
        String expected = String.join(
                "\n",
                "Cluster Status for lab @ Mon Mar  2 10:15:00 2026",
                "Member Status: Quorate",
                "",
                " Member Name                             ID   Status",
                " ------ ----                             ---- ------",
                " alpha.lab                                   1 Online, Local, rgmanager",
                " beta.lab                                    2 Online, rgmanager",
                " gamma.lab                                   3 Offline",
                " /dev/block/8:16                             0 Online, Quorum Disk",
                "",
                " Service Name                   Owner (Last)                   State         ",
                " ------- ----                   ----- ------                   -----         ",
                " service:db                     (beta.lab)                     stopped       ",
                " service:nfs                    alpha.lab                      started    [Z]",
                " service:web                    alpha.lab                      started       ",
                " vm:guest1                      beta.lab                       started   [ZP]",
                "");
        assertEquals(expected, show(picture(ResultCode.SUCCESS)).out());
    }

    @Test
    void exitStatusIsTheStateOfAServiceThatDoesntRun() {
        assertEquals(110, show(picture(ResultCode.SUCCESS), "-s", "db").status());
        assertEquals(0, show(picture(ResultCode.SUCCESS), "-s", "web").status());
        assertEquals(255, show(picture(ResultCode.SUCCESS), "-s", "nothing").status());
        assertEquals(0, show(picture(ResultCode.SUCCESS), "-m", "beta.lab").status());
        assertEquals(1, show(picture(ResultCode.SUCCESS), "-m", "gamma.lab").status());
        assertEquals(255, show(picture(ResultCode.SUCCESS), "-m", "delta.lab").status());
    }

    @Test
    void longForm() {
        String expected = String.join(
                "\n",
                "Service Information",
                "------- -----------",
                "",
                "Service Name      : service:nfs",
                "  Current State   : started (112)",
                "  Flags           : frozen (1)",
                "  Owner           : alpha.lab",
                "  Last Owner      : beta.lab",
                "  Last Transition : Mon Mar  2 09:00:00 2026",
                "",
                "");
        assertEquals(
                expected, show(picture(ResultCode.SUCCESS), "-l", "-s", "nfs").out());
    }

    @Test
    void xml() {
        String text = show(picture(ResultCode.SUCCESS), "-x").out();
        assertTrue(text.startsWith("""
                <?xml version="1.0"?>
                <clustat version="4.1.1">
                  <cluster name="lab" id="4711" generation="12"/>
                  <quorum quorate="1" groupmember="1"/>
                  <nodes>
                    <node name="alpha.lab" state="1" local="1" estranged="0" rgmanager="1" rgmanager_master="0" qdisk="0" nodeid="0x00000001"/>
                """));
        assertTrue(text.contains("""
                    <group name="service:nfs" state="112" state_str="started" flags="1" flags_str="frozen" owner="alpha.lab" last_owner="beta.lab" restarts="0" last_transition="1772442000" last_transition_str="Mon Mar  2 09:00:00 2026"/>
                """));
        assertTrue(
                show(picture(ResultCode.QUORUM), "-x").out().contains("<quorum quorate=\"0\"\n groupmember=\"1\"/>"));
    }

    @Test
    void withoutQuorumThereAreNoStates() {
        String text = show(picture(ResultCode.QUORUM)).out();
        assertTrue(text.contains("Member Status: Inquorate\n"), text);
        assertTrue(text.endsWith("\nService states unavailable: Operation requires quorum\n"), text);
    }

    @Test
    void usageIsNoFailure() {
        var clustat = new Clustat(Layout.under(Path.of("/nonexistent")));
        assertEquals(0, Said.by(clustat, "-h").status());
        assertEquals(0, Said.by(clustat, "-u").status());
        assertEquals(1, Said.by(clustat, "-i2", "-x").status());
    }

    @Test
    void exitStatusesOfRequests() {
        assertEquals(0, ResultCode.SUCCESS.exitStatus());
        assertEquals(255, ResultCode.FAIL.exitStatus());
        assertEquals(252, ResultCode.NO_SERVICE.exitStatus());
        assertEquals(245, ResultCode.FROZEN.exitStatus());
        assertEquals(243, ResultCode.FENCE.exitStatus());
        assertEquals(237, ResultCode.WARNING.exitStatus());
    }

    @Test
    void clusvcadmRefusesBeforeAsking() {
        assertEquals(1, clusvcadm("-e", "web", "-F", "-m", "alpha.lab"));
        assertEquals(1, clusvcadm("-e", "web", "-n", "alpha.lab", "-F"), "-n is -m");
        assertEquals(1, clusvcadm("-M", "vm:guest1"));
        assertEquals(1, clusvcadm("-h"));
        assertEquals(1, clusvcadm());
        assertEquals(0, clusvcadm("-v"));
        assertEquals(1, clusvcadm("-e", "web"), "no cman there");
        assertEquals(1, clusvcadm("-l"));
    }

    private static int clusvcadm(String... args) {
        return Said.by(new Clusvcadm(Layout.under(Path.of("/nonexistent"))), args)
                .status();
    }

    @Test
    void aMembersNameMayBeShortened() {
        assertEquals(
                new Said(1, "", "'alpha' not in membership list\nClosest match: 'alpha.lab'\n"),
                Said.by((_, _, err) -> found("alpha", err)));
        assertEquals(0, Said.by((_, _, err) -> found("zeta", err)).status());
    }

    /// The nodeid of the member that was meant, 0 for none.
    private static int found(String name, PrintStream err) {
        MemberRow found = Clusvcadm.find(picture(ResultCode.SUCCESS), name, err);
        return found == null ? 0 : found.nodeid();
    }
}
