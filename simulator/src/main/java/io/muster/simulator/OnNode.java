package io.muster.simulator;

/// What lives and dies with a machine, stops and goes on with it.
public interface OnNode {
    String name();

    boolean alive();

    /// Whether it does what comes: alive, and neither it nor its machine is stopped.
    boolean running();

    /// `kill -STOP` of it alone.
    void stop();

    void goOn();

    /// `kill -9` of it alone.
    void die();

    /// Time has passed, or the machine goes on.
    void wake();
}
