package io.muster.lvs.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Listens on a pipe to the pulse that started this lvsd: its lines say which addresses it holds, and the end of the
/// pipe without a `bye` says that it is dead.
///
/// Thread: one of its own, daemon.
final class GuardLines {
    private static final Logger LOG = LoggerFactory.getLogger(GuardLines.class);

    private GuardLines() {}

    /// @param line gets each line but `bye`
    /// @param dead runs once, at an end without `bye`
    static void listen(InputStream pipe, Consumer<String> line, Runnable dead) {
        var thread = new Thread(() -> read(pipe, line, dead), "lvsd-guard");
        thread.setDaemon(true);
        thread.start();
    }

    private static void read(InputStream pipe, Consumer<String> line, Runnable dead) {
        boolean bye = false;
        try {
            var lines = new BufferedReader(new InputStreamReader(pipe, StandardCharsets.UTF_8));
            for (String next = lines.readLine(); next != null; next = lines.readLine()) {
                String words = next.strip();
                if (words.equals("bye")) {
                    bye = true;
                } else if (!words.isEmpty()) {
                    bye = false;
                    line.accept(words);
                }
            }
        } catch (IOException e) {
            LOG.warn("the pipe to pulse broke: {}", e.getMessage());
        }
        if (!bye) {
            dead.run();
        }
    }
}
