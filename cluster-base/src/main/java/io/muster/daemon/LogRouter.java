package io.muster.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.muster.driver.Loops;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// Brings each line to the places its daemon logs to. A logger is the daemon's whose name it has; all others are
/// the process's.
///
/// Thread: any; the settings are changed under its lock, lines read them without.
final class LogRouter extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /// Where one daemon's lines go.
    ///
    /// @param filePriority the limit in force, which a wish may have moved
    private record Route(
            LogSettings settings,
            int filePriority,
            @Nullable FileOutlet file) {
        int loudest() {
            boolean written = file != null || settings.toStderr().orElse(true);
            return Math.max(written ? filePriority : -1, settings.toSyslog() ? settings.syslogPriority() : -1);
        }
    }

    private final String process;
    private final Path devLog;
    private final boolean journal;
    private final Outlet stderr;
    private final BiConsumer<String, String> complaints;
    private final Map<Path, FileOutlet> files = new TreeMap<>();
    /// Files that nobody logs to any more, and that may still be written.
    private final List<Outlet> parting = new ArrayList<>();
    private volatile Map<String, Route> routes = Map.of();
    private volatile @Nullable SyslogOutlet syslog;

    /// @param process the daemon whose process this is
    LogRouter(String process, Path devLog, boolean journal, BiConsumer<String, String> complaints) {
        this.process = process;
        this.devLog = devLog;
        this.journal = journal;
        this.complaints = complaints;
        this.stderr = new StderrOutlet(System.err, journal, thread("stderr"));
    }

    /// From the next line on.
    ///
    /// @param filePriority limit of file and stderr, whatever the settings say
    /// @return the highest priority that goes anywhere; -1 when none does
    synchronized int configure(String daemon, LogSettings settings, int filePriority) {
        var next = new TreeMap<>(routes);
        FileOutlet file = settings.file()
                .map(path -> files.computeIfAbsent(
                        path, p -> new FileOutlet(p, thread(String.valueOf(p.getFileName())), complaints)))
                .orElse(null);
        var route = new Route(settings, filePriority, file);
        next.put(daemon, route);
        if (settings.toSyslog() && syslog == null) {
            syslog = new SyslogOutlet(devLog, Loops.start(process + "-syslog", process), this::facility, complaints);
        }
        routes = next;
        parting.removeIf(Outlet::hasEnded);
        Set<Path> used = new HashSet<>();
        next.values().forEach(each -> each.settings().file().ifPresent(used::add));
        files.entrySet().removeIf(entry -> {
            boolean unused = !used.contains(entry.getKey());
            if (unused) {
                entry.getValue().end();
                parting.add(entry.getValue());
            }
            return unused;
        });
        return route.loudest();
    }

    /// What each daemon has been told.
    Map<String, LogSettings> settings() {
        var all = new TreeMap<String, LogSettings>();
        routes.forEach((daemon, route) -> all.put(daemon, route.settings()));
        return all;
    }

    /// Opens all files again by their names.
    synchronized void reopen() {
        files.values().forEach(FileOutlet::reopen);
    }

    @Override
    protected void append(ILoggingEvent event) {
        String name = event.getLoggerName();
        Map<String, Route> now = routes;
        String daemon = now.containsKey(name) ? name : process;
        Route route = now.get(daemon);
        if (route == null) {
            return;
        }
        event.prepareForDeferredProcessing();
        int priority = HouseFormat.priority(event);
        LogSettings settings = route.settings();
        SyslogOutlet log = settings.toSyslog() ? syslog : null;
        if (log != null && priority <= settings.syslogPriority()) {
            log.put(daemon, event);
        }
        if (priority <= route.filePriority()) {
            if (route.file() != null) {
                route.file().put(daemon, event);
            }
            if (settings.toStderr().orElse(!journal || log == null || log.failing())) {
                stderr.put(daemon, event);
            }
        }
    }

    @Override
    public synchronized void stop() {
        super.stop();
        List<Outlet> all = new ArrayList<>(files.values());
        all.add(stderr);
        if (syslog != null) {
            all.add(syslog);
        }
        all.forEach(Outlet::end);
        all.addAll(parting);
        all.forEach(outlet -> outlet.ended(1_000));
    }

    private int facility(String daemon) {
        Route route = routes.get(daemon);
        return route == null ? LogSettings.LOCAL4 : route.settings().facility();
    }

    private DefaultEventExecutor thread(String what) {
        return new DefaultEventExecutor(new DefaultThreadFactory(process + "-log-" + what, true));
    }
}
