package io.muster.ccs;

import io.muster.control.Frame;
import io.muster.control.Session;

/// Somebody with root's rights on a connection of his own.
final class Operator implements Session {
    @Override
    public long id() {
        return 1;
    }

    @Override
    public int uid() {
        return 0;
    }

    @Override
    public int gid() {
        return 0;
    }

    @Override
    public int pid() {
        return 1;
    }

    @Override
    public boolean mayChange() {
        return true;
    }

    @Override
    public void send(Frame frame) {
        throw new AssertionError("answered by its question, not by the core");
    }

    @Override
    public void close() {}

    @Override
    public void reading(boolean on) {}

    @Override
    public void watch(long intervalMs, long timeoutMs) {}
}
