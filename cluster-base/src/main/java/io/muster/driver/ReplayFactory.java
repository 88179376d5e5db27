package io.muster.driver;

import io.muster.core.Core;
import io.muster.core.MalformedMessage;

/// Makes a core from a record. Found by `ServiceLoader` (`META-INF/services/io.muster.driver.ReplayFactory`).
public interface ReplayFactory {
    /// As [Recordable#name].
    String name();

    /// @param snapshot as [Recordable#snapshot] gave it
    Core<?, ?> restore(byte[] snapshot) throws MalformedMessage;

    /// Over the same roots as the recorder's.
    RecordCodec codec();
}
