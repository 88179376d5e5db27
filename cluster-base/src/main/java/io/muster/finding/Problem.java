package io.muster.finding;

/// One thing that is wrong, or odd, in a file, with the place to look at.
///
/// @param severity whether the file can be used all the same
/// @param file the file's name as operators know it
/// @param line from 1; 0 when the problem is the file as a whole
/// @param column from 1, in characters
/// @param text subject, what is wrong with the offending value quoted, and the nearest right word if there is
///     one
public record Problem(Severity severity, String file, int line, int column, String text) {
    /// An error of the file as a whole.
    public static Problem ofFile(String file, String text) {
        return new Problem(Severity.ERROR, file, 0, 0, text);
    }

    public boolean error() {
        return severity == Severity.ERROR;
    }

    /// `lvs.cf:12:6: warning: ...`: as [#toString], and what isn't an error says so behind the place.
    public String withSeverity() {
        return place() + severity.prefix() + text;
    }

    /// `cluster.conf:42:17: <fencedevice name="apc1">: unknown attribute "ipadr"; did you mean "ipaddr"?`
    @Override
    public String toString() {
        return place() + text;
    }

    private String place() {
        return line == 0 ? file + ": " : file + ":" + line + ":" + column + ": ";
    }
}
