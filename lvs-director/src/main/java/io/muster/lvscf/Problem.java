package io.muster.lvscf;

/// One thing that is wrong, or odd, in an lvs.cf, with the place to look at.
///
/// @param error whether it makes the file unusable; otherwise a warning
/// @param file the file's name as operators know it, without its directory
/// @param line from 1; 0 when the problem is the file as a whole
/// @param column from 1, in characters
/// @param text what is wrong with the offending value quoted, in it the original's own phrase where it has one, and
///     the nearest right word if there is one
public record Problem(boolean error, String file, int line, int column, String text) {
    /// `lvs.cf:12:6: unknown command "adress"; did you mean "address"?`; warnings say so behind the place.
    @Override
    public String toString() {
        String place = line == 0 ? file + ": " : file + ":" + line + ":" + column + ": ";
        return place + (error ? "" : "warning: ") + text;
    }
}
