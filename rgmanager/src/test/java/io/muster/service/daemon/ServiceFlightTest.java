package io.muster.service.daemon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.core.CauseId;
import io.muster.core.Core;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.driver.Replay;
import io.muster.driver.StateImage;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.service.PlanReader;
import io.muster.service.ServiceEffect;
import io.muster.service.ServiceEvent;
import io.muster.service.ServiceManager;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceFlightTest {
    private static final Node SELF = new Node(1, new Incarnation(5, 7));

    @Test
    void whatWasRecordedReplays(@TempDir Path directory) throws Exception {
        var manager = new ServiceManager(SELF, PlanReader::read);
        var replica = new Replica<ServiceEvent, ServiceEffect>(SELF, manager);
        var recorder = ServiceFlight.open(directory, () -> replica);
        List<GroupEntry> entries = List.of(
                new GroupEntry.View(1, List.of(SELF), List.of(SELF), List.of()),
                new GroupEntry.Membership(2, 4, List.of(SELF), List.of(), List.of()),
                new GroupEntry.Quorum(3, true),
                new GroupEntry.Recovered(4, GroupEntry.Level.FENCE, 3),
                new GroupEntry.Quorum(5, false));
        long number = 0;
        for (GroupEntry entry : entries) {
            ReplicaEvent<ServiceEvent> event = new ReplicaEvent.Entry<>(entry);
            recorder.before(++number);
            List<ReplicaEffect<ServiceEffect>> effects = replica.on(event, number);
            recorder.after(number, new CauseId(1, 2, number), CauseId.NONE, event, effects);
        }
        recorder.close();
        var told = new ByteArrayOutputStream();
        var out = new PrintStream(told, true, StandardCharsets.UTF_8);
        assertEquals(
                0,
                new Replay().run(new String[] {directory.toString()}, out, out),
                () -> told.toString(StandardCharsets.UTF_8));
        Core<?, ?> again = new ServiceFlight().restore(StateImage.write(replica));
        assertArrayEquals(StateImage.write(replica), StateImage.write(again));
    }
}
