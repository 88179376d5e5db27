package io.muster.os;

import com.sun.jna.Native;
import com.sun.jna.Structure;

/// The few functions of the C library that the daemons call, bound directly (JNA direct mapping, 63 ns
/// a call).
///
/// Each returns as its manual page says; `errno` is [Native#getLastError].
final class LibC {
    static final int MCL_CURRENT = 1;
    static final int MCL_FUTURE = 2;
    /// Lock pages as they are touched, not the whole reserved heap at once (Linux 4.4).
    static final int MCL_ONFAULT = 4;

    static final int SCHED_OTHER = 0;
    static final int SCHED_RR = 2;
    /// Children start with normal scheduling: agents and scripts must not inherit real time.
    static final int SCHED_RESET_ON_FORK = 0x40000000;

    static final int CLOCK_BOOTTIME = 7;

    static {
        Native.register(LibC.class, CLibrary.open());
    }

    private LibC() {}

    static native int mlockall(int flags);

    static native int sched_setscheduler(int pid, int policy, SchedParam param);

    static native int clock_gettime(int clock, TimeSpec time);

    static native int getuid();

    /// Ends the machine: [RealLevers] only.
    static native int reboot(int command);

    /// `struct sched_param`.
    @Structure.FieldOrder("priority")
    public static final class SchedParam extends Structure {
        public int priority;
    }

    /// `struct timespec` on a 64-bit machine.
    @Structure.FieldOrder({"seconds", "nanoseconds"})
    public static final class TimeSpec extends Structure {
        public long seconds;
        public long nanoseconds;
    }
}
