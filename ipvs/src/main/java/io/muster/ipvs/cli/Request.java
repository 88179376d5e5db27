package io.muster.ipvs.cli;

import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceId;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// A command line that makes sense.
sealed interface Request {
    /// @param verb decides how a refusal is worded
    record Change(Verb verb, IpvsOp operation) implements Request {}

    /// @param how numeric, stats and so on
    record List(Set<Part> how, Optional<ServiceId> service) implements Request {
        public List {
            how = how.isEmpty() ? EnumSet.noneOf(Part.class) : EnumSet.copyOf(how);
        }

        boolean is(Part part) {
            return how.contains(part);
        }
    }

    record Save(boolean numeric) implements Request {}

    record Restore() implements Request {}

    record Help() implements Request {}

    record Version() implements Request {}
}
