package io.muster.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRouterTest {
    @TempDir
    Path directory;

    private LogSettings file(String name, int priority) {
        return new LogSettings(
                Optional.of(false), Optional.of(directory.resolve(name)), priority, false, LogSettings.LOCAL4, 6);
    }

    private List<String> texts(String name) throws IOException {
        return Files.readAllLines(directory.resolve(name)).stream()
                .map(line -> line.replaceFirst("^\\S+Z ", "").replaceFirst("\\[\\d+]", ""))
                .toList();
    }

    @Test
    void eachDaemonOfAProcessLogsWhereItIsToldAndTheRestWhereTheProcessDoes() throws Exception {
        var router = new LogRouter("clusterd", directory.resolve("log"), false, (what, why) -> {});
        router.setContext(Lines.context());
        router.start();
        assertEquals(6, router.configure("clusterd", file("clusterd.log", 6), 6));
        assertEquals(3, router.configure("fenced", file("fenced.log", 3), 3));
        router.doAppend(Lines.of("fenced", Level.ERROR, "error", 1));
        router.doAppend(Lines.of("fenced", Level.WARN, "too quiet for its file", 2));
        router.doAppend(Lines.of("cman", Level.INFO, "of cman, who was told nothing", 3));
        router.doAppend(Lines.of("io.netty", Level.DEBUG, "too quiet", 4));
        // A new version of the configuration: the limit and the file change, without a restart.
        assertEquals(7, router.configure("fenced", file("fence.log", 7), 7));
        router.doAppend(Lines.of("fenced", Level.DEBUG, "loud now", 5));
        router.configure("fenced", new LogSettings(Optional.of(false), Optional.empty(), 7, false, 20, 7), 7);
        router.doAppend(Lines.of("fenced", Level.ERROR, "nowhere", 6));
        router.stop();
        assertEquals(List.of("fenced ERROR error"), texts("fenced.log"));
        assertEquals(List.of("fenced DEBUG loud now"), texts("fence.log"));
        assertEquals(List.of("clusterd INFO of cman, who was told nothing"), texts("clusterd.log"));
        assertFalse(Files.exists(directory.resolve("cman.log")));
    }

    @Test
    void whatGoesNowhereIsNotEvenMade() {
        var router = new LogRouter("cman", directory.resolve("log"), false, (what, why) -> {});
        var silent = new LogSettings(Optional.of(false), Optional.empty(), 7, false, 20, 7);
        assertEquals(-1, router.configure("cman", silent, 7));
        var onlyStderr = new LogSettings(Optional.empty(), Optional.empty(), 4, false, 20, 7);
        assertEquals(4, router.configure("cman", onlyStderr, 4));
        var syslogAbove = new LogSettings(Optional.of(false), Optional.empty(), 7, true, 20, 5);
        assertEquals(5, router.configure("cman", syslogAbove, 7));
        router.start();
        router.stop();
    }
}
