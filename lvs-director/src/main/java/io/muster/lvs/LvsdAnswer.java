package io.muster.lvs;

import java.util.List;

/// What lvsd says to a drain or an undrain.
///
/// @param places the real servers that are meant by it, each as listings and [LvsdStatus] show it; none when refused
/// @param lines for the operator: what was done, or why not
public record LvsdAnswer(boolean good, List<Place> places, List<String> lines) {
    /// To somebody who asked for a look at the table: there was one.
    static final LvsdAnswer SEEN = new LvsdAnswer(true, List.of(), List.of());

    public LvsdAnswer {
        places = List.copyOf(places);
        lines = List.copyOf(lines);
    }

    /// One real server of one virtual server.
    ///
    /// @param service as [LvsdStatus.Virtual#service]
    /// @param server as [LvsdStatus.Server#address]
    public record Place(String service, String server) {
        static Place of(RealServer server) {
            return new Place(server.service().toString(), server.server());
        }

        /// `TCP 10.1.1.1:80 -> 10.11.12.1:80`
        @Override
        public String toString() {
            return service + " -> " + server;
        }
    }
}
