package io.muster.ipvs;

import java.util.List;

/// A service as the table has it, with its destinations in the table's order (the kernel's: newest
/// first).
public record ServiceEntry(VirtualService service, Stats stats, List<DestinationEntry> destinations) {
    public ServiceEntry {
        destinations = List.copyOf(destinations);
    }

    /// Without statistics.
    public ServiceEntry bare() {
        return new ServiceEntry(
                service,
                Stats.ZERO,
                destinations.stream().map(DestinationEntry::bare).toList());
    }
}
