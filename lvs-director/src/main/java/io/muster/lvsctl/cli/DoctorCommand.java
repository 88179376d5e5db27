package io.muster.lvsctl.cli;

import io.muster.cli.Json;
import io.muster.cli.LongOption;
import io.muster.daemon.Layout;
import io.muster.doctor.Doctor;
import io.muster.doctor.Finding;
import io.muster.doctor.MachineFacts;
import io.muster.doctor.daemon.MachineLook;
import io.muster.finding.Reading;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.daemon.LvsFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `lvsctl doctor [-f FILE] [--json]`: what doesn't work on this director, or won't when it is needed, why that hurts,
/// and what mends it.
///
/// Exit status: 0 all well; 1 findings, or an lvs.cf that can't be used; 2 wrong usage.
public final class DoctorCommand extends Word {
    private static final String USAGE = """
            Usage: lvsctl doctor [-f|--file FILE] [-j|--json]

            Looks at this director, its network and its real servers, as FILE (lvs.cf)
            wants them, and says what is wrong, why it hurts and what mends it.
            """;

    private final Layout layout;

    public DoctorCommand(Layout layout) {
        super(
                USAGE,
                new LongOption("file", LongOption.Argument.REQUIRED, 'f'),
                new LongOption("json", LongOption.Argument.NONE, 'j'));
        this.layout = layout;
    }

    @Override
    int act(Given given, PrintStream out, PrintStream err) throws IOException, Misused {
        noOperands(given);
        Path file = given.of('f').map(Path::of).orElse(layout.lvsConf());
        Reading<LvsConfig> reading = LvsFile.read(file);
        reading.problems().forEach(problem -> err.println(problem.withSeverity()));
        LvsConfig config = reading.config()
                .orElseThrow(() -> new IOException("doctor: " + file + " can't be used: that comes first"));
        MachineFacts facts = MachineLook.look(config, layout);
        List<Finding> findings = Doctor.examine(config, facts);
        out.print(given.has('j') ? json(findings, facts.unseen()) : text(findings, facts.unseen()));
        return findings.isEmpty() ? 0 : 1;
    }

    static String text(List<Finding> findings, List<String> unseen) {
        var text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(finding.subject())
                    .append(": ")
                    .append(finding.problem())
                    .append('\n');
            text.append("    why:  ").append(finding.why()).append('\n');
            text.append("    mend: ").append(finding.mend()).append('\n');
        }
        unseen.forEach(what -> text.append("not looked at: ").append(what).append('\n'));
        int number = findings.size();
        return text.append(number == 0 ? "all well" : number + (number == 1 ? " finding" : " findings"))
                .append('\n')
                .toString();
    }

    static String json(List<Finding> findings, List<String> unseen) {
        var all = new LinkedHashMap<String, Object>();
        all.put("findings", findings.stream().map(DoctorCommand::members));
        all.put("unseen", unseen);
        return Json.text(all) + "\n";
    }

    private static Map<String, Object> members(Finding finding) {
        var members = new LinkedHashMap<String, Object>();
        members.put("subject", finding.subject());
        members.put("problem", finding.problem());
        members.put("why", finding.why());
        members.put("mend", finding.mend());
        return members;
    }
}
