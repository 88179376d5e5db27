package io.muster.ccs.cli;

/// A change of cluster.conf that can't be made; the message says why.
final class EditRefused extends Exception {
    private static final long serialVersionUID = 1;

    EditRefused(String why) {
        super(why);
    }
}
