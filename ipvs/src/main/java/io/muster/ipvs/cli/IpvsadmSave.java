package io.muster.ipvs.cli;

import io.muster.cli.Command;
import java.io.PrintStream;

/// The `ipvsadm-save` command: prints the table as lines for `ipvsadm-restore`, with `-n` in numbers. Exit status as
/// `ipvsadm -S`; 1 for any other option; words that aren't options are ignored, as by the original.
public final class IpvsadmSave implements Command {
    private final Ipvsadm ipvsadm;

    public IpvsadmSave() {
        this(new Ipvsadm());
    }

    IpvsadmSave(Ipvsadm ipvsadm) {
        this.ipvsadm = ipvsadm;
    }

    public static void main(String[] args) {
        Command.main(new IpvsadmSave(), args);
    }

    @Override
    public int run(String[] args, PrintStream out, PrintStream err) {
        boolean numeric = false;
        for (String arg : args) {
            if (arg.equals("-n")) {
                numeric = true;
            } else if (arg.startsWith("-")) {
                err.print("""
                        ipvsadm-save: Script to save the IPVS table to stdout.
                           With the -n option, prints out the table in numeric format.
                        """);
                return 1;
            }
        }
        return ipvsadm.run(numeric ? new String[] {"-S", "-n"} : new String[] {"-S"}, out, err);
    }
}
