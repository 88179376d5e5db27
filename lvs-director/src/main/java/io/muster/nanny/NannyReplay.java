package io.muster.nanny;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.ReplayFactory;
import io.muster.driver.Teller;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;

/// Replays records of a nanny.
public final class NannyReplay implements ReplayFactory {
    private final RecordCodec codec = NannyRecord.newCodec();

    @Override
    public String name() {
        return NannyRecord.NAME;
    }

    @Override
    public Core<?, ?> restore(Record image) throws MalformedMessage {
        if (image instanceof Care.Image whole) {
            return Care.restored(whole);
        }
        throw new MalformedMessage("not an image of nanny");
    }

    @Override
    public RecordCodec codec() {
        return codec;
    }

    /// `server`: when and why it was taken out or let in, and its weight changed.
    @Override
    public Map<String, Supplier<Teller>> questions() {
        return Map.of("server", () -> NannyReplay::server);
    }

    private static List<String> server(Core<?, ?> core, Object event, List<?> effects, long nowMs) {
        var lines = new ArrayList<String>();
        for (Object effect : effects) {
            switch (effect) {
                case CareEffect.Log log -> lines.add(log.line());
                case CareEffect.Place(OptionalInt weight) ->
                    lines.add(weight.isPresent() ? "weight " + weight.getAsInt() + " asked for" : "taken out");
                default -> {}
            }
        }
        return lines;
    }
}
