package io.muster.machine;

import io.muster.control.ControlSocket;
import io.muster.driver.Clocks;
import io.muster.driver.Loop;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// The machine as one daemon sees it: its loop and everything a driver does that a core mustn't.
///
/// The real one is `io.muster.os.RealMachine`; the simulator has one in virtual time, so that the
/// drivers that ship are the drivers that are simulated. One for each daemon, since each has a loop of
/// its own.
///
/// Thread: any, unless a method says otherwise; whatever is handed back comes on the loop.
public interface Machine extends AutoCloseable {
    /// The daemon's one thread.
    Loop loop();

    Clocks clocks();

    ControlSocket sockets();

    Programs programs();

    Files files();

    /// Names the time since this machine has started, and no other: what was started in another is gone. A container
    /// or a namespace that begins anew is another machine.
    String life();

    /// For names that nobody may guess or meet twice; a real machine's is a secure one.
    RandomGenerator dice();

    /// Does what blocks, such as work on the disk, beside the loop: one piece after the other, in the
    /// order given.
    ///
    /// @param what for logs
    /// @param then on the loop, with what came of it
    <T> void beside(String what, Work<T> work, Consumer<Outcome<T>> then);

    /// Ends the loop. What is underway beside it ends by itself and is told to nobody.
    @Override
    void close();

    /// What blocks.
    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    /// How [#beside] went.
    sealed interface Outcome<T> {
        record Done<T>(T value) implements Outcome<T> {}

        record Failed<T>(IOException why) implements Outcome<T> {}
    }
}
