package io.muster.os;

import io.muster.driver.Clocks;

/// The machine's clocks, boot time by system call. Thread: any.
public enum RealClocks implements Clocks {
    INSTANCE;

    @Override
    public long monotonicNs() {
        return System.nanoTime();
    }

    @Override
    public long bootNs() {
        return BootClock.nowMs() * 1_000_000;
    }

    @Override
    public long wallMs() {
        return System.currentTimeMillis();
    }
}
