package io.muster.bed.node;

import java.io.IOException;

/// A machine at a [PowerController]: a namespace or a guest.
///
/// Thread: any.
public interface Plug {
    String name();

    boolean on();

    /// Starts it; one that is on stays as it is.
    void powerOn() throws IOException;

    /// Takes its power.
    ///
    /// @return true only when nothing of it runs any more and nothing of it is on any wire
    boolean powerOff();
}
