package io.muster.cli;

/// One long option of a command.
///
/// @param value what [Getopt#next] returns for it: usually the letter of the short option that means the same
public record LongOption(String name, Argument argument, int value) {
    /// Whether the option takes an argument.
    public enum Argument {
        NONE,
        REQUIRED,
        /// Only as `--name=argument`.
        OPTIONAL
    }
}
