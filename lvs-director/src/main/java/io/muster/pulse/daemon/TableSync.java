package io.muster.pulse.daemon;

import io.muster.core.Incarnation;
import io.muster.pulse.PulseEvent;

/// What pulse needs of the kernel's table: connections synchronised by role. Thread: the loop's; none of it waits.
interface TableSync extends AutoCloseable {
    /// For a pulse without lvsd, or with `syncdaemon = 0`.
    TableSync NONE = new TableSync() {
        @Override
        public void forward(boolean on) {}

        @Override
        public void switchTo(boolean master) {}

        @Override
        public void bulk(Incarnation to) {}

        @Override
        public void lastWord(long number) {}

        @Override
        public void close() {}
    };

    /// Hears what it finds out: [PulseEvent.Connections], [PulseEvent.BulkDone], [PulseEvent.LastWordSaid].
    @FunctionalInterface
    interface Listener {
        void found(PulseEvent event);
    }

    /// Whether the table may forward although this director is the receiving end of the synchronisation.
    void forward(boolean on);

    void switchTo(boolean master);

    void bulk(Incarnation to);

    /// Sends every connection once more, until it is done or [#switchTo] breaks it off: [PulseEvent.LastWordSaid].
    void lastWord(long number);

    @Override
    void close();
}
