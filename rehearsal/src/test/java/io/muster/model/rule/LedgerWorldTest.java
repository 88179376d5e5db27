package io.muster.model.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.daemon.Layout;
import io.muster.group.Remains;
import io.muster.ledger.daemon.LedgerFile;
import io.muster.simulator.SimFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The lists and the ledger of the small world are those that ship: every case of two services.
final class LedgerWorldTest {
    private static final World WORLD = new World(2);

    private static Remains list(int list) {
        var names = new TreeSet<String>();
        for (int s = 0; s < WORLD.services; s++) {
            if ((list >> s & 1) != 0) {
                names.add(Fleet.service(s));
            }
        }
        return list == WORLD.all() ? Remains.ALL : Remains.of(names);
    }

    @Test
    void listsAreJoinedIntersectedAndAskedAlike() {
        for (int one = 0; one <= WORLD.all(); one++) {
            for (int other = 0; other <= WORLD.all(); other++) {
                assertEquals(list(Rule.and(WORLD, one, other)), list(one).and(list(other)));
                assertEquals(list(Rule.or(WORLD, one, other)), list(one).or(list(other)));
            }
            for (int s = 0; s < WORLD.services; s++) {
                assertEquals(Rule.bars(WORLD, one, s), list(one).bars(Fleet.service(s)));
            }
        }
    }

    /// What a ledger may have gone through since it was written in a life of the machine.
    private enum Fate {
        NOTHING,
        LOST,
        DAMAGED,
        REBOOT,
        LOST_AND_REBOOT
    }

    @Test
    void theLedgerSaysWhatItSaysInTheSmallWorld() throws IOException {
        for (int listed = 0; listed < WORLD.all(); listed++) {
            for (Fate fate : Fate.values()) {
                assertEquals(list(rule(listed, fate)), shipping(listed, fate), listed + " " + fate);
            }
        }
        var disk = new SimFiles();
        assertEquals(
                Remains.NONE, new LedgerFile(disk, layout(), "first").read().remains(), "never begun");
    }

    private static int rule(int listed, Fate fate) {
        return switch (fate) {
            case NOTHING -> listed;
            case LOST, DAMAGED -> WORLD.all();
            case REBOOT, LOST_AND_REBOOT -> 0;
        };
    }

    private static Remains shipping(int listed, Fate fate) throws IOException {
        var disk = new SimFiles();
        var services = new TreeMap<String, byte[]>();
        list(listed).services().forEach(name -> services.put(name, new byte[] {1}));
        new LedgerFile(disk, layout(), "first").write(services);
        Path file = layout().ledger();
        if (List.of(Fate.LOST, Fate.LOST_AND_REBOOT).contains(fate)) {
            disk.delete(file);
        } else if (fate == Fate.DAMAGED) {
            disk.put(file, "no ledger".getBytes(StandardCharsets.UTF_8));
        }
        boolean again = fate == Fate.REBOOT || fate == Fate.LOST_AND_REBOOT;
        return new LedgerFile(disk, layout(), again ? "second" : "first").read().remains();
    }

    private static Layout layout() {
        return Layout.under(Path.of("/"));
    }
}
