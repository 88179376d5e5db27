package io.muster.config;

/// One thing that is wrong, or odd, in a cluster.conf, with the place to look at.
///
/// @param file the file's name as operators know it, without its directory
/// @param line from 1; 0 when the problem is the file as a whole
/// @param column from 1, in characters
/// @param text subject, what is wrong with the offending value quoted, and the nearest right word if there is
///     one
public record Problem(String file, int line, int column, String text) {
    /// `cluster.conf:42:17: <fencedevice name="apc1">: unknown attribute "ipadr"; did you mean "ipaddr"?`
    @Override
    public String toString() {
        return line == 0 ? file + ": " + text : file + ":" + line + ":" + column + ": " + text;
    }
}
