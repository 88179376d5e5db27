package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.core.Node;
import io.muster.driver.RecordCodec;
import io.muster.group.GroupEntry;
import io.muster.group.Replica;
import io.muster.group.ReplicaEffect;
import io.muster.group.ReplicaEvent;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A replica of ccsd with a copy made of its image, octets and all, now and then; both are told the same and
/// must do the same.
final class Twin implements Core<ReplicaEvent<CcsEvent>, ReplicaEffect<CcsEffect>> {
    private static final RecordCodec CODEC = new RecordCodec(
                    Replica.Image.class,
                    GroupEntry.class,
                    CcsEvent.class,
                    CcsEffect.class,
                    ReplicaEffect.class,
                    ConfigLog.Local.class)
            .with(Document.class, Document::octets, Document::of);

    private final Replica<CcsEvent, CcsEffect> first;
    private final Random dice;
    private final String where;
    private Replica<CcsEvent, CcsEffect> copy;

    Twin(Replica<CcsEvent, CcsEffect> first, Random dice, String where) {
        this.first = first;
        this.dice = dice;
        this.where = where;
        this.copy = copied();
    }

    private static byte[] octets(@Nullable Object value) {
        Output out = new Output();
        CODEC.encode(out, value, Integer.MAX_VALUE);
        return out.toBytes();
    }

    @SuppressWarnings("unchecked")
    private Replica<CcsEvent, CcsEffect> copied() {
        try {
            Node self = first.image().self();
            var image = (Replica.Image<CcsEvent>) CODEC.decode(new Input(octets(first.image())));
            return Replica.restored(image, new ConfigLog(self));
        } catch (MalformedMessage e) {
            throw new AssertionError("its own image is refused" + where, e);
        }
    }

    @Override
    public List<ReplicaEffect<CcsEffect>> on(ReplicaEvent<CcsEvent> event, long nowMs) {
        var effects = first.on(event, nowMs);
        assertArrayEquals(octets(effects), octets(copy.on(event, nowMs)), () -> event + where);
        assertEquals(first.nextDeadlineMs(), copy.nextDeadlineMs(), where);
        if (dice.nextInt(20) == 0) {
            assertArrayEquals(octets(first.image()), octets(copy.image()), () -> event + where);
            copy = copied();
        }
        return effects;
    }

    @Override
    public long nextDeadlineMs() {
        return first.nextDeadlineMs();
    }
}
