package io.muster.os;

import io.muster.driver.DaemonLog;
import io.muster.driver.Loop;
import io.muster.finding.Why;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The machine's programs, each awaited by a thread of its own.
///
/// A tied one gets a *platform* thread that outlives it: it is tied to the thread that started it, and so
/// ends with the daemon and not earlier.
///
/// Thread: any.
public final class RealPrograms implements Programs {

    private final Loop loop;
    private final @Nullable ProgramLedger ledger;
    private final Set<Thread> tied = ConcurrentHashMap.newKeySet();

    public RealPrograms(Loop loop) {
        this(loop, null);
    }

    private RealPrograms(Loop loop, @Nullable ProgramLedger ledger) {
        this.loop = loop;
        this.ledger = ledger;
    }

    @Override
    public Running start(Program program, Bond bond, Consumer<Program.Result> ended) {
        Runnable work = () -> {
            Program.Result result = run(program, bond);
            tied.remove(Thread.currentThread());
            loop.execute(() -> ended.accept(result));
        };
        String name = "program-" + Path.of(program.command().getFirst()).getFileName();
        Thread thread = bond == Bond.TIED
                ? Thread.ofPlatform().name(name).daemon(true).unstarted(work)
                : Thread.ofVirtual().name(name).unstarted(work);
        if (bond == Bond.TIED) {
            tied.add(thread);
        }
        thread.start();
        return thread::interrupt;
    }

    private Program.Result run(Program program, Bond bond) {
        Program whole = bond == Bond.TIED ? ProgramRun.tied(program) : program;
        return ledger == null ? ProgramRun.run(whole) : noted(ledger, whole, bond == Bond.NOTED);
    }

    private static Program.Result noted(ProgramLedger ledger, Program program, boolean must) {
        ProgramLedger.Entry entry;
        try {
            entry = ledger.begin(must);
        } catch (IOException e) {
            return new Program.Result(
                    Program.NOT_STARTED, "not started: the note that it runs can't be written: " + Why.of(e), 0);
        }
        var result = ProgramRun.run(program.withCommand(entry.wrap(program.command())));
        try {
            entry.ended();
        } catch (IOException e) {
            // It stays, and says of a process that is gone that it was a program: harmless.
            DaemonLog.get().debug("note of a program", e);
        }
        return result;
    }

    @Override
    public void takeOver(Path notes, long withinMs, Consumer<TakeOver> then) {
        Thread.ofVirtual().name("take-over").start(() -> {
            TakeOver outcome;
            try {
                var ended = new ArrayList<String>();
                ProgramLedger taken = ProgramLedger.takeOver(notes, withinMs, ended);
                outcome = new TakeOver.Taken(new RealPrograms(loop, taken), ended);
            } catch (IOException e) {
                outcome = new TakeOver.Failed(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            TakeOver told = outcome;
            loop.execute(() -> then.accept(told));
        });
    }

    /// Ends the tied ones: the daemon stops in good order, and what was tied to it goes with it.
    void close() {
        tied.forEach(Thread::interrupt);
    }
}
