package io.muster.driver;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;
import java.util.Map;
import java.util.function.Supplier;

/// Makes a core from a record. Found by `ServiceLoader`
/// (`META-INF/services/io.muster.driver.ReplayFactory`).
public interface ReplayFactory {
    /// As [Recordable#name].
    String name();

    /// Makes the core again. A damaged image may be met by any runtime exception: whoever asks takes it
    /// for damage.
    ///
    /// @param image equal to what [Recordable#image] gave, but for what mustn't be written ([Secrets])
    /// @throws MalformedMessage when it isn't one of this core
    Core<?, ?> restore(Record image) throws MalformedMessage;

    /// The questions that a record of this core answers, by their words (`replay -w WORD`), and who
    /// answers them.
    default Map<String, Supplier<Teller>> questions() {
        return Map.of();
    }

    /// Over the same roots as the recorder's.
    RecordCodec codec();
}
