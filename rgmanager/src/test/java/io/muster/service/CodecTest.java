package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CodecTest {
    private static final Plan PLAN = Plans.plan(
            3, 2, List.of(Plans.domain("d", true, false, true, "1:1", "2")), Plans.depend(Plans.service("a"), "b"));

    private static final List<ServiceMessage> MESSAGES = List.of(
            new ServiceMessage.Ready(
                    2,
                    77,
                    3,
                    List.of("service:a"),
                    new NodeReport(
                            new TreeMap<>(Map.of("service:a", new TreeSet<>(List.of("device=/dev/sdb1")))),
                            new TreeSet<>(List.of("service:b")),
                            Plans.TABLE)),
            new ServiceMessage.Outcome(3, "service:a", Operation.STOP, 9, true, false),
            new ServiceMessage.Checked(4, "service:a", 9, false, true),
            new ServiceMessage.Asked(5, 1L << 40, RequestKind.RELOCATE, "service:a", 2),
            new ServiceMessage.Leaving(6),
            new ServiceMessage.Look(7),
            new ServiceMessage.Agents(8, Plans.TABLE),
            new ServiceMessage.Unfit(9, 3, new TreeMap<>(Map.of("service:a", "why", "vm:b", ""))));

    @Test
    void whatWasEncodedIsDecodedEqual() throws MalformedMessage {
        for (ServiceMessage message : MESSAGES) {
            assertEquals(message, ServiceMessage.decode(ServiceMessage.encode(message)));
        }
    }

    @Test
    void goldenOctets() {
        assertEquals(
                "0102" + "0000000000000003" + "0009736572766963653a61" + "01" + "0000000000000009" + "01" + "00",
                HexFormat.of().formatHex(ServiceMessage.encode(MESSAGES.get(1))));
        assertEquals("0105" + "0000000000000006", HexFormat.of().formatHex(ServiceMessage.encode(MESSAGES.get(4))));
    }

    @Test
    void snapshotSurvivesARoundTrip() throws MalformedMessage {
        byte[] snapshot = cluster().rg(1).manager.snapshot();
        ClusterState state = ClusterState.decode(snapshot);
        assertArrayEquals(snapshot, state.encode());
    }

    @Test
    void everyStageSurvivesARoundTrip() throws MalformedMessage {
        for (Stage stage : everyStage()) {
            Output out = new Output();
            StageCodec.encode(out, stage);
            Input in = new Input(out.toBytes());
            assertEquals(stage, StageCodec.decode(in));
            in.end();
        }
    }

    private static List<Stage> everyStage() {
        var stages = new ArrayList<>(Stages.plain());
        stages.addAll(Stages.full());
        return stages;
    }

    @Test
    void goldenOctetsOfAStage() {
        Output out = new Output();
        StageCodec.encode(
                out,
                new Stage.Stopping(States.run(1), Stages.nodes(2), 3, new Purpose.Move(4), Optional.of(Stages.ASKED)));
        String one = "00000001" + "0000000000000001" + "0000000000000001";
        String two = "00000002" + "0000000000000002" + "0000000000000002";
        String request = "01" + "00000002" + "000000000000004d" + "05" + "00000003";
        assertEquals(
                "05" + one + "0000000000000003" + "00000001" + two + "04" + "00000004" + request,
                HexFormat.of().formatHex(out.toBytes()));
    }

    /// One with a service in every stage.
    private static byte[] everything() {
        ClusterState state = States.ready(PLAN, List.of(1, 2));
        for (Stage stage : everyStage()) {
            String name = "service:" + state.services.size();
            Service service = new Service(name, stage);
            service.queue = List.of(Stages.ASKED, Stages.ASKED);
            service.restartTimes = List.of(1L, 2L);
            service.suspects = Stage.only(States.formerRun(2));
            state.services.put(name, service);
        }
        state.unmet.add(3);
        state.due = true;
        state.arrivals.add(1);
        return state.encode();
    }

    @Test
    void aStateWithEverythingInItSurvivesARoundTrip() throws MalformedMessage {
        assertArrayEquals(everything(), ClusterState.decode(everything()).encode());
    }

    @Test
    void aStateInAnotherFormatIsRefusedByName() {
        byte[] snapshot = everything();
        snapshot[0] = 1;
        var manager = new ServiceManager(States.run(1), Plans::read);
        byte[] before = manager.snapshot();
        var refused = assertThrows(MalformedMessage.class, () -> manager.restore(snapshot));
        assertEquals("state of services in format 1, not 6", refused.getMessage());
        assertArrayEquals(before, manager.snapshot());
    }

    private static TestCluster cluster() {
        TestCluster cluster = new TestCluster(3, Plans.plan(1, 3, List.of(), Plans.service("a"), Plans.service("b")));
        cluster.up(1, 2, 3);
        cluster.run(3_000);
        return cluster;
    }

    @Test
    void damageIsMalformedAndNothingElse() {
        Random dice = new Random(1);
        byte[] services = new ClusterServices(
                        ResultCode.SUCCESS,
                        false,
                        1,
                        List.of(1, 2),
                        cluster().rg(1).manager.services())
                .encode();
        byte[] snapshot = cluster().rg(1).manager.snapshot();
        byte[] everything = everything();
        for (int i = 0; i < 3_000; i++) {
            byte[] message = ServiceMessage.encode(MESSAGES.get(i % MESSAGES.size()));
            tolerate(() -> ServiceMessage.decode(damaged(message, dice)));
            tolerate(() -> ClusterServices.decode(new Input(damaged(services, dice))));
            tolerate(() -> ClusterState.decode(damaged(snapshot, dice)));
            tolerate(() -> ClusterState.decode(damaged(everything, dice)));
        }
    }

    private interface Decoding {
        Object decode() throws MalformedMessage;
    }

    private static void tolerate(Decoding decoding) {
        try {
            decoding.decode();
        } catch (MalformedMessage expected) {
            // As it should be; whatever else is thrown fails the test.
        }
    }

    private static byte[] damaged(byte[] octets, Random dice) {
        if (dice.nextInt(3) == 0) {
            return Arrays.copyOf(octets, dice.nextInt(octets.length));
        }
        byte[] copy = octets.clone();
        copy[dice.nextInt(copy.length)] ^= (byte) (1 << dice.nextInt(8));
        return copy;
    }
}
