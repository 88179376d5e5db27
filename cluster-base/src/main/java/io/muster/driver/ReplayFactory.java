package io.muster.driver;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import java.util.Map;
import java.util.function.Supplier;

/// Makes a core from a record. Found by `ServiceLoader` (`META-INF/services/io.muster.driver.ReplayFactory`).
public interface ReplayFactory {
    /// As [Recordable#name].
    String name();

    /// @param snapshot as [Recordable#snapshot] gave it
    Core<?, ?> restore(byte[] snapshot) throws MalformedMessage;

    /// The questions that a record of this core answers, by their words (`replay -w WORD`), and who answers them.
    default Map<String, Supplier<Teller>> questions() {
        return Map.of();
    }

    /// Over the same roots as the recorder's.
    RecordCodec codec();
}
