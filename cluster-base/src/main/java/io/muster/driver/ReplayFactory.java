package io.muster.driver;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import java.util.Optional;

/// Makes a core from a record. Found by `ServiceLoader` (`META-INF/services/io.muster.driver.ReplayFactory`).
public interface ReplayFactory {
    /// As [Recordable#name].
    String name();

    /// @param snapshot as [Recordable#snapshot] gave it
    Core<?, ?> restore(byte[] snapshot) throws MalformedMessage;

    /// Whoever answers a question of this word (`replay -w WORD`); empty when this core has no such answer.
    default Optional<Teller> teller(String word) {
        return Optional.empty();
    }

    /// Over the same roots as the recorder's.
    RecordCodec codec();
}
