package io.muster.rehearsal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.model.ModelNode;
import io.muster.service.ServiceManager;
import io.muster.service.ServiceState;
import io.muster.service.daemon.RgManager;
import io.muster.simulator.NetworkOptions;
import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// A node boots with a cluster.conf that somebody has edited and nobody has agreed to, while its network
/// isn't up yet: the file beats nothing, whoever is there first.
class NewerFileTest {
    private static final int RUNS = 20;

    private Site site;

    @Test
    void newerFileThatIsRefusedBeatsNothingAndStopsNothing() {
        LongStream.rangeClosed(1, RUNS).forEach(seed -> {
            run(seed);
            for (ModelNode node : site.model().nodes().values()) {
                String who = "seed " + seed + ", node " + node.nodeid() + ": ";
                ServiceManager manager = node.daemon("rgmanager", RgManager.class)
                        .flatMap(RgManager::manager)
                        .orElseThrow(() -> new AssertionError(who + "no rgmanager"));
                assertEquals(1, manager.plan().version(), who + "services by " + manager.services());
                assertEquals(
                        3,
                        manager.services().stream()
                                .filter(service -> service.state() == ServiceState.STARTED)
                                .count(),
                        who + manager.services());
            }
        });
    }

    private void run(long seed) {
        site = new Site(Script.empty(seed, 3, new NetworkOptions(0, 0, 100, 400, 0)), new Draft(3, 3));
        site.model().node(1).boot();
        site.model().node(2).boot();
        // They fence node 3, which is switched on by that, and run the services.
        site.model().simulation().runForMs(20_000);
        ModelNode late = site.model().node(3);
        site.powerOff(late);
        site.model().simulation().runForMs(5_000);
        site.powerOff(late);
        late.files().put(late.layout().clusterConf(), edited());
        site.model().network().cut(3, 1);
        site.model().network().cut(3, 2);
        late.boot();
        site.model().simulation().runForMs(8_000);
        // Only the newcomer is left in the group when they meet.
        site.model().node(1).kill(Site.RGMANAGER, 3_000);
        site.model().node(2).kill(Site.RGMANAGER, 3_000);
        site.model().simulation().runForMs(50);
        site.model().network().heal();
        site.model().simulation().runForMs(60_000);
    }

    private static byte[] edited() {
        return new String(new Draft(3, 3).text(7), StandardCharsets.UTF_8)
                .replace("file=\"/etc/init.d/s1\"", "file=\"/etc/init.d/s9\"")
                .getBytes(StandardCharsets.UTF_8);
    }
}
