package io.muster.simulator;

import io.muster.control.ControlSocket;
import io.muster.driver.Clocks;
import io.muster.driver.Loop;
import io.muster.machine.Files;
import io.muster.machine.Machine;
import io.muster.machine.Programs;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// A machine as one simulated daemon sees it: a process of a [SimNode] in virtual time. The drivers
/// that ship run on it as they run on `RealMachine`.
///
/// Thread: the simulation's.
public final class SimMachine implements Machine {
    /// Longest time a piece of work beside the loop takes.
    private static final int BESIDE_MICROS = 30_000;

    private final Simulation simulation;
    private final SimNode node;
    private final SimLoop loop;
    private final SimSockets sockets;
    private final SimPrograms programs;
    private final Files files;
    private final Random dice;
    private final ArrayDeque<Runnable> beside = new ArrayDeque<>();
    private boolean besideBusy;

    /// A new process on a machine that is up.
    ///
    /// @param world what programs do
    public SimMachine(Simulation simulation, SimNode node, String name, Files files, SimPrograms.World world) {
        this.simulation = simulation;
        this.node = node;
        this.files = files;
        this.loop = new SimLoop(simulation, node, name);
        this.sockets = new SimSockets(simulation, node, loop);
        this.programs = new SimPrograms(simulation, node, loop, world, null);
        this.dice = new Random(simulation.dice().nextLong());
        loop.whenDead(programs::died);
    }

    /// The process: to stop, go on, kill.
    public SimLoop process() {
        return loop;
    }

    public SimNode node() {
        return node;
    }

    /// Connections of this machine's processes, oldest first.
    public static List<SimWire> wires(SimNode node) {
        return node.sockets().wires();
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Clocks clocks() {
        return node.clocks();
    }

    @Override
    public ControlSocket sockets() {
        return sockets;
    }

    @Override
    public Programs programs() {
        return programs;
    }

    @Override
    public Files files() {
        return files;
    }

    @Override
    public String life() {
        return "start " + node.starts() + " of node " + node.nodeid();
    }

    @Override
    public RandomGenerator dice() {
        return dice;
    }

    @Override
    public <T> void beside(String what, Work<T> work, Consumer<Outcome<T>> then) {
        beside.add(() -> {
            Outcome<T> outcome;
            try {
                outcome = new Outcome.Done<>(work.run());
            } catch (IOException e) {
                outcome = new Outcome.Failed<>(e);
            }
            Outcome<T> told = outcome;
            loop.execute(() -> then.accept(told));
        });
        moveBeside();
    }

    private void moveBeside() {
        if (besideBusy || beside.isEmpty()) {
            return;
        }
        besideBusy = true;
        simulation.afterMicros(1 + simulation.dice().nextInt(BESIDE_MICROS), new Runnable() {
            @Override
            public void run() {
                if (!loop.alive()) {
                    beside.clear();
                } else if (!loop.running()) {
                    simulation.afterMs(10, this);
                } else {
                    beside.remove().run();
                    besideBusy = false;
                    moveBeside();
                }
            }
        });
    }

    @Override
    public void close() {
        loop.die();
    }
}
