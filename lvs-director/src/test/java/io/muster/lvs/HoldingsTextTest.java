package io.muster.lvs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.muster.ipvs.ServiceId;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class HoldingsTextTest {
    private static Holdings some(Random dice) {
        var ids = List.of(
                Pool.id(0),
                Pool.id(2),
                Pool.id(3),
                ServiceId.mark(-1, true),
                new ServiceId(ServiceId.SCTP, Pool.address("2001:db8::1"), 65_535, 0));
        var owned = new TreeSet<ServiceId>();
        var zeros = new TreeSet<RealServer>();
        var drains = new TreeMap<RealServer, Drain>();
        for (ServiceId id : ids) {
            if (dice.nextBoolean()) {
                owned.add(id);
                zeros.add(new RealServer(id, Pool.address("10.2.0.1"), dice.nextInt(65_536)));
                drains.put(
                        new RealServer(id, Pool.address("2001:db8::2"), 0),
                        new Drain(
                                Drain.By.values()[dice.nextInt(3)],
                                dice.nextLong(1L << 50),
                                dice.nextLong(1L << 50),
                                dice.nextInt(5) - 1));
            }
        }
        return new Holdings(owned, zeros, drains);
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        for (int seed = 0; seed < 200; seed++) {
            Holdings holdings = some(new Random(seed));
            HoldingsText.Reading reading = HoldingsText.read(HoldingsText.write(holdings));
            assertEquals(holdings, reading.holdings(), "-Dseed=" + seed);
            assertEquals(List.of(), reading.problems(), "-Dseed=" + seed);
        }
    }

    @Test
    void itIsTextForPeople() {
        var holdings = new Holdings(
                new TreeSet<>(List.of(Pool.id(0), Pool.id(3))),
                new TreeSet<>(List.of(new RealServer(Pool.id(0), Pool.address("10.2.0.1"), 80))),
                new TreeMap<>());
        assertEquals("""
                # What lvsd holds in the IPVS table: written before the table is changed.
                service tcp 10.1.1.1 80
                service fwm 7
                zero tcp 10.1.1.1 80 10.2.0.1 80
                end
                """, HoldingsText.write(holdings));
    }

    @Test
    void damagedLinesAreToldAndTheOthersCount() {
        HoldingsText.Reading reading = HoldingsText.read("service tcp 10.1.1.1 80\nservice tcp nowhere 80\nend\n");
        assertEquals(1, reading.holdings().owned().size());
        assertEquals(List.of("can't make sense of \"service tcp nowhere 80\""), reading.problems());
        for (int seed = 0; seed < 500; seed++) {
            var dice = new Random(seed);
            char[] text = HoldingsText.write(some(dice)).toCharArray();
            text[dice.nextInt(text.length)] = (char) (32 + dice.nextInt(95));
            HoldingsText.read(new String(text, 0, dice.nextInt(text.length + 1)));
        }
        assertFalse(HoldingsText.read("service tcp 10.1.1.1 80\n").problems().isEmpty(), "a file cut short is told");
    }
}
