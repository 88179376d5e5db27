package io.muster.ipvs.cli;

/// A command line that makes no sense, in the original's words.
final class Refused extends Exception {
    /// Wrong option, argument or combination found by the command itself.
    static final int OPERATOR = 2;
    /// Unknown option, or the kernel's refusal.
    static final int FAILED = 255;

    private static final long serialVersionUID = 1;

    private final int status;

    private Refused(int status, String message) {
        super(message);
        this.status = status;
    }

    static Refused words(String message) {
        return new Refused(OPERATOR, message);
    }

    /// What popt complains of.
    static Refused option(String message) {
        return new Refused(FAILED, message);
    }

    /// The first word isn't a command.
    static Refused tryHelp() {
        return new Refused(FAILED, "Try `ipvsadm -h' or 'ipvsadm --help' for more information.");
    }

    int status() {
        return status;
    }
}
