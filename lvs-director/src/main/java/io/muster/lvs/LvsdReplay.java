package io.muster.lvs;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.driver.Teller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Replays records of lvsd.
public final class LvsdReplay implements ReplayFactory {
    private final RecordCodec codec = LvsdRecord.newCodec();

    @Override
    public String name() {
        return LvsdRecord.NAME;
    }

    @Override
    public Core<?, ?> restore(Record image) throws MalformedMessage {
        if (image instanceof Reconciler.Image whole) {
            return Reconciler.restored(whole);
        }
        throw new MalformedMessage("not an image of lvsd");
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    /// `servers`: when and why a real server was taken out or let in, a weight changed, a drain began
    /// or ended.
    @Override
    public Map<String, Supplier<Teller>> questions() {
        return Map.of("servers", () -> LvsdReplay::servers);
    }

    private static List<String> servers(Core<?, ?> core, Object event, List<?> effects, long nowMs) {
        var lines = new ArrayList<String>();
        for (Object effect : effects) {
            switch (effect) {
                case LvsdEffect.Log log -> lines.add(log.line());
                case LvsdEffect.Apply apply -> apply.operations().forEach(operation -> lines.add(Words.of(operation)));
                default -> {}
            }
        }
        return lines;
    }
}
