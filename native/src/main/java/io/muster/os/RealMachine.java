package io.muster.os;

import io.muster.control.ControlSocket;
import io.muster.control.NettySockets;
import io.muster.driver.Clocks;
import io.muster.driver.Loop;
import io.muster.driver.Loops;
import io.muster.machine.Files;
import io.muster.machine.Machine;
import io.muster.machine.Programs;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// This machine, for one daemon: a Netty event loop, Unix sockets, processes, the disk.
///
/// Thread: any.
public final class RealMachine implements Machine {
    private final EventLoop events;
    private final Loop loop;
    private final ControlSocket sockets;
    private final RealPrograms programs;
    private final RandomGenerator dice = new SecureRandom();
    private final ExecutorService beside;

    private RealMachine(String name) {
        events = Loops.start(name);
        loop = Loop.of(events);
        sockets = new NettySockets(events);
        programs = new RealPrograms(loop);
        beside = Executors.newSingleThreadExecutor(
                Thread.ofVirtual().name(name + "-beside").factory());
    }

    /// With a loop whose thread is called `name`.
    ///
    /// @throws IllegalStateException where there is no epoll
    public static RealMachine of(String name) {
        return new RealMachine(name);
    }

    /// For what is of the real machine only, as systemd's watchdog.
    public EventLoop events() {
        return events;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Clocks clocks() {
        return Clocks.system();
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
        return RealFiles.INSTANCE;
    }

    @Override
    public String life() {
        return MachineLife.name();
    }

    @Override
    public RandomGenerator dice() {
        return dice;
    }

    @Override
    public <T> void beside(String what, Work<T> work, Consumer<Outcome<T>> then) {
        try {
            beside.execute(() -> {
                Outcome<T> outcome;
                try {
                    outcome = new Outcome.Done<>(work.run());
                } catch (IOException e) {
                    outcome = new Outcome.Failed<>(e);
                }
                Outcome<T> told = outcome;
                loop.execute(() -> then.accept(told));
            });
        } catch (RejectedExecutionException e) {
            // The daemon has ended: nobody waits for it.
            beside.shutdown();
        }
    }

    @Override
    public void close() {
        programs.close();
        beside.shutdown();
        Loops.stop(events);
    }
}
