package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.core.Drive;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.core.ReplicatedCore;
import io.muster.group.GroupEntry;
import io.muster.group.Remains;
import io.muster.member.Proposals;
import io.muster.service.daemon.ServiceReplay;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Snapshot and local half are the whole core: whoever goes on from them decides as the first does.
class ResumedCopyTest {
    private record Other() {}

    private int compared;

    @Test
    void aCopyMadeInTheMiddleOfChaosDecidesAsTheFirst() {
        Long one = Long.getLong("seed");
        for (long seed = one == null ? 1 : one; seed <= (one == null ? 40 : one); seed++) {
            String name = "-Dseed=" + seed + ": ";
            Random dice = new Random(seed);
            ServiceSimulationTest.story(seed, null, (self, core) -> new Followed(name, self, core, dice));
        }
        assertTrue(compared > 1_000, "copies have lived: " + compared);
    }

    @Test
    void theLocalHalfOfAnotherCoreIsRefused() {
        var manager = new ServiceManager(States.run(1), Plans::read);
        assertThrows(MalformedMessage.class, () -> manager.resume(new Other()));
    }

    @Test
    void everythingInTheImageComesBack() throws MalformedMessage {
        var ready = new ServiceMessage.Ready(5, 6, 7, List.of("service:web"));
        var outcome = new ServiceMessage.Outcome(8, "service:web", Operation.STOP, 9, true, true);
        var image = new LocalWork.Image(
                new OwnWork.Image(
                        new TreeMap<>(Map.of("service:a", 1L)),
                        new TreeMap<>(Map.of("service:web", outcome)),
                        new TreeMap<>(Map.of("service:b", 2L)),
                        new TreeMap<>(Map.of("service:c", 3L))),
                List.of(new Proposals.Said<>(ready.undated(), 10)),
                List.of(new Proposals.Said<>(
                        new ServiceEffect.ReportVouched(States.formerRun(1), Remains.of("service:web")), 18)),
                Remains.ALL,
                List.of(new ServiceEffect.Notice(true, "#1: Quorum Dissolved")),
                new TreeSet<>(List.of(11L)),
                Optional.of(OneReplica.PLAN),
                new LocalWork.StopReport(6, 7, Optional.of(ready)),
                LocalWork.Parting.ASKED,
                Plans.TABLE,
                new TreeMap<>(Map.of("service:d", "why")),
                13,
                14,
                15,
                16);
        var manager = new ServiceManager(States.run(1), Plans::read);
        manager.resume(image);
        assertEquals(image, manager.local());
        assertEquals(16, manager.nextDeadlineMs());
        assertEquals(image, ServiceReplay.CODEC.decode(new Input(HexFormat.of().parseHex(octets(image)))));
    }

    private static String octets(@Nullable Object value) {
        Output out = new Output(1024);
        ServiceReplay.CODEC.encode(out, value, Integer.MAX_VALUE);
        return HexFormat.of().formatHex(out.toBytes());
    }

    /// A core with a copy that is told everything the first is told, and is replaced by a new one now
    /// and then.
    private final class Followed implements ReplicatedCore<GroupEntry, ServiceEvent, ServiceEffect> {
        private final String seed;
        private final Node self;
        private final ReplicatedCore<GroupEntry, ServiceEvent, ServiceEffect> first;
        private final Random dice;
        private ServiceManager copy;

        Followed(String seed, Node self, ReplicatedCore<GroupEntry, ServiceEvent, ServiceEffect> first, Random dice) {
            this.seed = seed;
            this.self = self;
            this.first = first;
            this.dice = dice;
            this.copy = copied();
        }

        private ServiceManager copied() {
            try {
                var made = new ServiceManager(self, Plans::read);
                made.restore(first.snapshot());
                byte[] local = HexFormat.of().parseHex(octets(first.local()));
                made.resume((Record) Objects.requireNonNull(ServiceReplay.CODEC.decode(new Input(local))));
                return made;
            } catch (MalformedMessage e) {
                throw new AssertionError(seed + "its own image is refused", e);
            }
        }

        private void compare(Object what) {
            compared++;
            assertArrayEquals(first.snapshot(), copy.snapshot(), () -> seed + what);
            assertEquals(first.local(), copy.local(), () -> seed + what);
            assertEquals(first.nextDeadlineMs(), copy.nextDeadlineMs(), () -> seed + what);
            if (dice.nextInt(50) == 0) {
                copy = copied();
            }
        }

        @Override
        public void apply(GroupEntry entry) {
            first.apply(entry);
            copy.apply(entry);
            compare(entry);
        }

        @Override
        public List<ServiceEffect> drive(Drive<GroupEntry, ServiceEvent> why, long nowMs) {
            List<ServiceEffect> effects = first.drive(why, nowMs);
            assertEquals(octets(effects), octets(copy.drive(why, nowMs)), () -> seed + why);
            compare(why);
            return effects;
        }

        @Override
        public long nextDeadlineMs() {
            return first.nextDeadlineMs();
        }

        @Override
        public byte[] snapshot() {
            return first.snapshot();
        }

        @Override
        public void restore(byte[] snapshot) throws MalformedMessage {
            first.restore(snapshot);
            copy.restore(snapshot);
            compare("restored");
        }
    }
}
