package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// A logger's name is a daemon's name: levels, files and syslog are set for daemons (cluster.conf's `logging_daemon`),
/// and operators know no classes. What several daemons are made of asks `DaemonLog`.
class LoggerNamesTest {
    /// These have the daemon's name in a variable.
    private static final Set<String> NAMED = Set.of(
            "io/muster/driver/DaemonLog.java",
            "io/muster/daemon/Daemon.java",
            "io/muster/daemon/Logs.java",
            "io/muster/member/daemon/MemberDaemon.java");

    private static final Pattern LOGGER = Pattern.compile("LoggerFactory\\s*\\.getLogger\\(\\s*([^)]*)\\)");
    private static final Pattern DAEMON = Pattern.compile("(?m)^(\\S+)\\s+\\S+\\s+(daemon|ring)$");

    @Test
    void everyLoggerIsADaemon() {
        Set<String> daemons = daemons();
        assertTrue(daemons.containsAll(List.of("cman", "fenced", "lvsd")), daemons.toString());
        var wrong = new ArrayList<String>();
        int found = 0;
        for (Path file : SourceTree.files()) {
            String path = SourceTree.root().relativize(file).toString();
            int at = path.indexOf("/src/main/java/");
            if (at < 0 || !path.endsWith(".java") || NAMED.contains(path.substring(at + "/src/main/java/".length()))) {
                continue;
            }
            Matcher loggers = LOGGER.matcher(SourceTree.read(file));
            while (loggers.find()) {
                found++;
                String name = loggers.group(1).strip();
                if (!name.matches("\"[a-z_]+\"") || !daemons.contains(name.substring(1, name.length() - 1))) {
                    wrong.add(path + ": a logger called " + name);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(found > 10, "only " + found + " loggers found");
    }

    private static Set<String> daemons() {
        var names = new TreeSet<String>();
        Matcher lines = DAEMON.matcher(SourceTree.read(SourceTree.root().resolve("distribution/commands")));
        while (lines.find()) {
            names.add(lines.group(1));
        }
        return names;
    }
}
