package io.muster.pulse.daemon;

import io.muster.driver.Clocks;
import io.muster.os.BootClock;

/// The monotonic clock, and beside it the one that goes on while the machine is suspended: where they part, the
/// director stood still. The wall clock isn't asked: setting the date is no reason to give a service up.
enum BootAwareClocks implements Clocks {
    INSTANCE;

    @Override
    public long monotonicNs() {
        return Clocks.system().monotonicNs();
    }

    @Override
    public long bootNs() {
        return BootClock.nowMs() * 1_000_000;
    }

    /// In the place where the driver looks at each step, the boot clock.
    @Override
    public long wallMs() {
        return BootClock.nowMs();
    }
}
