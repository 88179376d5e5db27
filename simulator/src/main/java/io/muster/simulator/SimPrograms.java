package io.muster.simulator;

import io.muster.driver.Loop;
import io.muster.machine.Program;
import io.muster.machine.Programs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A simulated process' way to other programs. What a program does is up to the world ([World]).
public final class SimPrograms implements Programs {
    /// Longest time a take-over takes.
    private static final int TAKE_OVER_MS = 30;

    /// What programs do when they run.
    @FunctionalInterface
    public interface World {
        /// A program has been started. It ends when the world calls [Execution#end], or is killed.
        void started(Execution execution);
    }

    /// One program at work. It lives on when its daemon dies, unless it is tied to it; never longer
    /// than its machine.
    public final class Execution implements Running {
        private final Program program;
        private final Bond bond;
        private final Consumer<Program.Result> ended;
        private final int life = node.starts();
        private final long startedMs = simulation.nowMs();
        private final @Nullable Path notes;
        private boolean over;
        private Runnable onKill = () -> {};

        private Execution(Program program, Bond bond, @Nullable Path notes, Consumer<Program.Result> ended) {
            this.program = program;
            this.bond = bond;
            this.notes = notes;
            this.ended = ended;
        }

        public Program program() {
            return program;
        }

        public SimNode node() {
            return node;
        }

        /// Whether it still runs.
        public boolean atWork() {
            return !over && node.up() && node.starts() == life;
        }

        /// What is to happen when it is killed.
        public void onKill(Runnable what) {
            onKill = what;
        }

        /// It has ended by itself.
        public void end(int status, String output) {
            if (atWork()) {
                finish(new Program.Result(status, output, simulation.nowMs() - startedMs));
            }
        }

        /// Killed, by its daemon or its time limit.
        @Override
        public void end() {
            if (atWork()) {
                onKill.run();
                finish(new Program.Result(Program.TIMED_OUT, "", simulation.nowMs() - startedMs));
            }
        }

        /// Goes on when the machine does.
        public void afterMs(int ms, Runnable what) {
            simulation.afterMs(ms, new Runnable() {
                @Override
                public void run() {
                    if (!atWork()) {
                        return;
                    }
                    if (node.running()) {
                        what.run();
                    } else {
                        simulation.afterMs(10, this);
                    }
                }
            });
        }

        private void finish(Program.Result result) {
            over = true;
            node.atWork().remove(this);
            loop.execute(() -> ended.accept(result));
        }
    }

    private final Simulation simulation;
    private final SimNode node;
    private final Loop loop;
    private final World world;
    private final @Nullable Path notes;
    private final List<Execution> tied = new ArrayList<>();

    SimPrograms(Simulation simulation, SimNode node, Loop loop, World world, @Nullable Path notes) {
        this.simulation = simulation;
        this.node = node;
        this.loop = loop;
        this.world = world;
        this.notes = notes;
    }

    @Override
    public Running start(Program program, Bond bond, Consumer<Program.Result> ended) {
        var execution = new Execution(program, bond, notes, ended);
        node.atWork().add(execution);
        if (bond == Bond.TIED) {
            tied.add(execution);
        }
        if (program.timeoutMs() > 0) {
            execution.afterMs((int) Math.min(Integer.MAX_VALUE, program.timeoutMs()), execution::end);
        }
        world.started(execution);
        return execution;
    }

    @Override
    public void takeOver(Path directory, long withinMs, Consumer<TakeOver> then) {
        var ended = new ArrayList<String>();
        for (Execution former : List.copyOf(node.atWork())) {
            if (directory.equals(former.notes) && former.atWork()) {
                former.end();
                ended.add(former.program().command().getFirst());
            }
        }
        var noted = new SimPrograms(simulation, node, loop, world, directory);
        loop.schedule(
                () -> then.accept(new TakeOver.Taken(noted, ended)),
                simulation.dice().nextInt(TAKE_OVER_MS));
    }

    /// The daemon is gone.
    void died() {
        List.copyOf(tied).stream().filter(e -> e.bond == Bond.TIED).forEach(Execution::end);
    }
}
