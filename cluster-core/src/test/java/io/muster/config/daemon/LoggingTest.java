package io.muster.config.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ch.qos.logback.classic.LoggerContext;
import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.daemon.Layout;
import io.muster.daemon.LogSettings;
import io.muster.daemon.Logs;
import io.muster.finding.ConfigInvalid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LoggingTest {
    private static final Path USUAL = Path.of("/r/var/log/cluster/usual.log");

    @TempDir
    Path root;

    @AfterEach
    void asEveryProgramLogs() {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.start();
        new Logs().configure(context);
    }

    private static byte[] document(String logging) {
        return ("<cluster name=\"x\" config_version=\"1\"><cman keyfile=\"k\"/><clusternodes/>" + logging
                        + "</cluster>")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static LogSettings of(String daemon, String logging) throws ConfigInvalid {
        ClusterConfig config =
                ConfigReader.parse(document(logging), "cluster.conf").orThrow();
        return Logging.settings(daemon, config.logging(), Layout.under(Path.of("/r")), USUAL);
    }

    @Test
    void whereNothingIsSaidTheOriginalsDefaultsHold() throws ConfigInvalid {
        assertEquals(new LogSettings(Optional.empty(), Optional.of(USUAL), 6, true, 20, 6), of("fenced", ""));
        assertEquals(of("fenced", ""), of("cman", "<logging/>"));
    }

    @Test
    void aDaemonsWordCountsMoreThanTheCommonOne() throws ConfigInvalid {
        String logging = """
                <logging to_syslog="no" to_stderr="yes" syslog_facility="daemon" syslog_priority="err"
                         logfile_priority="warning" logfile="/var/log/all.log">
                  <logging_daemon name="fenced" to_syslog="yes" syslog_facility="LOCAL0" syslog_priority="debug"
                                  logfile_priority="notice" logfile="/var/log/fence.log"/>
                  <logging_daemon name="rgmanager" to_logfile="no"/>
                </logging>
                """;
        assertEquals(
                new LogSettings(Optional.of(true), Optional.of(Path.of("/r/var/log/fence.log")), 5, true, 16, 7),
                of("fenced", logging));
        assertEquals(
                new LogSettings(Optional.of(true), Optional.of(Path.of("/r/var/log/all.log")), 4, false, 3, 3),
                of("ccsd", logging));
        assertEquals(new LogSettings(Optional.of(true), Optional.empty(), 4, false, 3, 3), of("rgmanager", logging));
    }

    @Test
    void debugIsThePriorityOfTheFileAndADaemonsOffCountsMoreThanTheCommonOn() throws ConfigInvalid {
        String logging = """
                <logging debug="on" logfile_priority="err" syslog_priority="err">
                  <logging_daemon name="fenced" debug="off"/>
                  <logging_daemon name="corosync" logfile_priority="crit"/>
                </logging>
                """;
        assertEquals(3, of("fenced", logging).filePriority());
        assertEquals(7, of("rgmanager", logging).filePriority());
        assertEquals(7, of("cman", logging).filePriority());
        assertEquals(3, of("cman", logging).syslogPriority());
    }

    @Test
    void rgmanagersOldWordsHoldUntilTheNewOnesSayOtherwise() throws ConfigInvalid {
        String rm = "<rm log_level=\"7\" log_facility=\"local1\"/>";
        assertEquals(new LogSettings(Optional.empty(), Optional.of(USUAL), 7, true, 17, 7), of("rgmanager", rm));
        assertEquals(6, of("fenced", rm).filePriority());
        LogSettings both = of("rgmanager", "<logging syslog_priority=\"err\"/>" + rm);
        assertEquals(new LogSettings(Optional.empty(), Optional.of(USUAL), 7, true, 17, 3), both);
    }

    @Test
    void whatCantBeIsAsIfItWereNotSaid() throws ConfigInvalid {
        LogSettings said = of("fenced", "<logging syslog_facility=\"local44\" logfile=\"cluster.log\"/>");
        assertEquals(of("fenced", ""), said);
    }

    @Test
    void aNewVersionTakesEffectAtItsFirstLine() throws Exception {
        Layout layout = Layout.under(root);
        layout.makeDirectories();
        Logs.begin("clusterd", layout);
        var log = LoggerFactory.getLogger("fenced");
        log.debug("before any configuration");
        log.info("one");
        Logging.apply("fenced", document("<logging debug=\"on\" to_stderr=\"no\" to_syslog=\"no\"/>"), layout);
        log.debug("two");
        LoggerFactory.getLogger("clusterd").debug("three");
        Logging.apply("fenced", new byte[] {'<'}, layout);
        log.debug("still two");
        Logging.apply(
                "fenced",
                document("<logging to_stderr=\"no\" to_syslog=\"no\"><logging_daemon name=\"fenced\""
                        + " logfile=\"/var/log/cluster/f.log\" logfile_priority=\"err\"/></logging>"),
                layout);
        log.warn("too quiet");
        log.error("four");
        Logs.level("fenced", "DEBUG");
        log.debug("an operator wishes it");
        Logs.level("fenced", "");
        log.debug("and wishes it no more");
        Logs.end();
        assertEquals(
                List.of("clusterd INFO one", "fenced DEBUG two", "clusterd DEBUG three", "fenced DEBUG still two"),
                texts(layout.log().resolve("clusterd.log")));
        assertEquals(
                List.of("fenced ERROR four", "fenced DEBUG an operator wishes it"),
                texts(layout.log().resolve("f.log")));
        assertFalse(Files.exists(layout.log().resolve("fenced.log")));
    }

    private static List<String> texts(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.replaceFirst("^\\S+Z ", "").replaceFirst("\\[\\d+]", ""))
                .toList();
    }
}
