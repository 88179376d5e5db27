package io.muster.ipvs.cli;

import io.muster.cli.Command;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// The `ipvsadm-restore` command: reads all of standard input, clears the table, and carries out the lines that don't
/// begin with `#`. Exit status as `ipvsadm -R`. Takes no options: whatever is said is ignored, as by the original.
public final class IpvsadmRestore implements Command {
    private final Ipvsadm ipvsadm;
    private final InputStream in;

    public IpvsadmRestore() {
        this(new Ipvsadm(), System.in);
    }

    /// @param ipvsadm what clears and restores
    public IpvsadmRestore(Ipvsadm ipvsadm, InputStream in) {
        this.ipvsadm = ipvsadm;
        this.in = in;
    }

    public static void main(String[] args) {
        Command.main(new IpvsadmRestore(), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        var rules = new StringBuilder();
        try {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> rules.append(line).append('\n'));
        } catch (IOException e) {
            err.print("ipvsadm-restore: standard input: " + e.getMessage() + "\n");
            return 1;
        }
        ipvsadm.run(new String[] {"-C"}, out, err);
        var lines = new ByteArrayInputStream(rules.toString().getBytes(StandardCharsets.UTF_8));
        return ipvsadm.reading(lines).run(new String[] {"-R"}, out, err);
    }
}
