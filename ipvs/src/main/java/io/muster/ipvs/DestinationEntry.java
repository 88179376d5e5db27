package io.muster.ipvs;

/// A destination as the table has it.
///
/// @param active connections in ESTABLISHED or on the way there
/// @param inactive all others
/// @param persistent persistence templates
public record DestinationEntry(Destination destination, long active, long inactive, long persistent, Stats stats) {
    /// Without statistics.
    public DestinationEntry bare() {
        return new DestinationEntry(destination, active, inactive, persistent, Stats.ZERO);
    }
}
