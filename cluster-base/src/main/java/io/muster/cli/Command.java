package io.muster.cli;

import java.io.PrintStream;

/// A command: parses, asks its daemon over the local socket, prints. Never throws for what an operator or the
/// world did wrong; says so on `err` and returns the exit status of the original command.
@FunctionalInterface
public interface Command {
    /// @param args without the program's name
    /// @return the exit status
    int run(String[] args, PrintStream out, PrintStream err);

    /// The whole of a command's `main`.
    static void main(Command command, String[] args) {
        int status = command.run(args, System.out, System.err);
        System.out.flush();
        System.err.flush();
        // Not System.exit, which asks java.logging whether to log it: a third of a short command's
        // time. Nothing of ours waits for an orderly end.
        Runtime.getRuntime().halt(status);
    }
}
