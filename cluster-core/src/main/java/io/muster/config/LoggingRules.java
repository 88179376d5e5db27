package io.muster.config;

import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.finding.Shown;
import io.muster.syslog.SyslogNames;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What `<logging>` says that nobody can do. The original passed over all of it in silence, so these are warnings.
final class LoggingRules {
    /// Daemons that are here, by the names that a `<logging_daemon>` may have.
    private static final List<String> HERE = List.of("corosync", "cman", "ccsd", "fenced", "rgmanager", "clusterd");

    /// Daemons of the original suite that aren't.
    private static final List<String> ELSEWHERE = List.of("qdiskd", "groupd", "dlm_controld", "gfs_controld");

    private final Findings findings;

    LoggingRules(Findings findings) {
        this.findings = findings;
    }

    void check(Element cluster) {
        Element logging = cluster.child("logging");
        if (logging != null) {
            settings(logging);
            var seen = new TreeMap<String, Element>();
            logging.children("logging_daemon").forEach(daemon -> {
                settings(daemon);
                daemon(daemon, seen);
            });
        }
        Element rm = cluster.child("rm");
        if (rm != null) {
            facility(rm, "log_facility");
        }
    }

    private void settings(Element element) {
        facility(element, "syslog_facility");
        String file = element.attribute("logfile");
        if (file != null && !file.startsWith("/")) {
            findings.warn(
                    element,
                    "logfile",
                    "logfile=\"" + Shown.of(file) + "\": not a path from the root; the usual file is taken");
        }
    }

    private void facility(Element element, String attribute) {
        String name = element.attribute(attribute);
        if (name != null && SyslogNames.facility(name).isEmpty()) {
            findings.warn(
                    element,
                    attribute,
                    attribute + "=\"" + Shown.of(name) + "\": no facility of syslog; local4 is taken"
                            + Nearest.hint(name, SyslogNames.facilities().keySet()));
        }
    }

    private void daemon(Element daemon, Map<String, Element> seen) {
        String name = daemon.attribute("name", "");
        String subsys = daemon.attribute("subsys");
        if (ELSEWHERE.contains(name)) {
            findings.warn(daemon, "name", "has no effect here: there is no " + name);
        } else if (!HERE.contains(name)) {
            findings.warn(daemon, "name", "no daemon is called \"" + Shown.of(name) + "\"" + Nearest.hint(name, HERE));
        } else if (subsys != null) {
            findings.warn(daemon, "subsys", "has no effect here: cman logs as one, name it without subsys");
        } else {
            Element first = seen.putIfAbsent(name.equals("corosync") ? "cman" : name, daemon);
            if (first != null) {
                findings.warn(daemon, "name", "ignored: the daemon is already in line " + first.line());
            }
        }
    }
}
