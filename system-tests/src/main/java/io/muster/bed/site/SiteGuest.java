package io.muster.bed.site;

import io.muster.bed.Shell;
import io.muster.bed.guest.LabRun;
import io.muster.bed.node.Plug;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One guest of a [GuestSite], with its plug.
///
/// Thread: any; operations on one guest are serialized.
public final class SiteGuest implements Plug {
    private static final int SIGNAL_MS = 20_000;

    private final String name;
    private final Supplier<LabRun> boot;
    private @Nullable LabRun run;

    SiteGuest(String name, Supplier<LabRun> boot) {
        this.name = name;
        this.boot = boot;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized boolean on() {
        return run != null && !run.over();
    }

    @Override
    public synchronized void powerOn() {
        if (!on()) {
            run = boot.get();
        }
    }

    @Override
    public synchronized boolean powerOff() {
        if (run != null) {
            run.close();
        }
        return run == null || !run.running();
    }

    /// Lets it stand still, as a machine does whose kernel hangs, or go on again.
    public synchronized void freeze(boolean on) {
        if (run == null) {
            throw new IllegalStateException(name + " is off");
        }
        List<String> command = new ArrayList<>(List.of("kill", on ? "-STOP" : "-CONT"));
        run.kernel().forEach(process -> command.add(Long.toString(process.pid())));
        Shell.run(SIGNAL_MS, Map.of(), command).expectOk("freeze " + name);
    }

    /// How its command ended; -1 while it runs, or when it never did.
    synchronized int status() {
        return run == null || !run.over() ? -1 : run.result().status();
    }
}
