package io.muster.lvscf;

import static io.muster.finding.Shown.quoted;

import io.muster.finding.Findings;
import io.muster.lvscf.LvsConfig.Notify;

/// What is run when servers and virtuals go up or down. A virtual's `notify_up` and `notify_down` are those of its
/// servers that have none of their own.
final class Notifies {
    private Notifies() {}

    static Notify quorum(Block virtual, Findings findings) {
        command(virtual, "notify_up", findings);
        command(virtual, "notify_down", findings);
        return new Notify(command(virtual, "quorum_up", findings), command(virtual, "quorum_down", findings));
    }

    static Notify server(Block block, Block virtual, Findings findings) {
        command(block, "notify_up", findings);
        command(block, "notify_down", findings);
        return new Notify(either(block, virtual, "notify_up"), either(block, virtual, "notify_down"));
    }

    private static String either(Block block, Block virtual, String key) {
        return block.text(key, virtual.text(key, ""));
    }

    /// It is run without a shell and without a search for it: where it lies must be said.
    private static String command(Block block, String key, Findings findings) {
        String command = block.text(key, "");
        if (!command.isEmpty() && !command.strip().startsWith("/")) {
            findings.error(
                    block.place(key),
                    key + ": invalid argument " + quoted(command.strip().split("[ \t]+", 2)[0])
                            + ": the whole path of a program, and its arguments");
        }
        return command;
    }
}
