package io.muster.lvs;

import io.muster.ipvs.Destination;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.VirtualService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// A service and its destinations: as they are wanted, or as they are.
record Setup(VirtualService service, SequencedMap<RealServer, Destination> destinations) {
    /// In what two differ, the kind of it.
    enum Kind {
        SERVICE_MISSING("service removed"),
        SERVICE_CHANGED("service changed"),
        SERVICE_UNEXPECTED("service added"),
        SERVER_MISSING("real server removed"),
        SERVER_CHANGED("real server changed"),
        SERVER_UNEXPECTED("real server added"),
        WEIGHT_CHANGED("weight changed");

        final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /// One difference, and what would end it.
    record Difference(Kind kind, String place, IpvsOp cure) {}

    static Setup of(ServiceEntry entry) {
        var destinations = new LinkedHashMap<RealServer, Destination>();
        entry.destinations()
                .forEach(each ->
                        destinations.put(RealServer.of(entry.service().id(), each.destination()), each.destination()));
        return new Setup(entry.service(), destinations);
    }

    /// What makes `have` into `want`: nobody is taken out before everybody is in.
    static List<Difference> differences(@Nullable Setup have, @Nullable Setup want) {
        var found = new ArrayList<Difference>();
        if (want == null) {
            if (have != null) {
                found.add(new Difference(
                        Kind.SERVICE_UNEXPECTED,
                        have.service.id().toString(),
                        new IpvsOp.DeleteService(have.service.id())));
            }
            return found;
        }
        String place = want.service.id().toString();
        if (have == null) {
            found.add(new Difference(Kind.SERVICE_MISSING, place, new IpvsOp.AddService(want.service)));
        } else if (!have.service.equals(want.service)) {
            found.add(new Difference(Kind.SERVICE_CHANGED, place, new IpvsOp.EditService(want.service)));
        }
        want.destinations.forEach((server, destination) -> {
            Destination present = have == null ? null : have.destinations.get(server);
            if (present == null) {
                found.add(new Difference(
                        Kind.SERVER_MISSING,
                        server.toString(),
                        new IpvsOp.AddDestination(want.service.id(), destination)));
            } else if (!same(present, destination)) {
                boolean weightOnly = same(present.withWeight(destination.weight()), destination);
                found.add(new Difference(
                        weightOnly ? Kind.WEIGHT_CHANGED : Kind.SERVER_CHANGED,
                        server.toString(),
                        new IpvsOp.EditDestination(want.service.id(), destination)));
            }
        });
        if (have != null) {
            have.destinations.forEach((server, destination) -> {
                if (!want.destinations.containsKey(server)) {
                    found.add(new Difference(
                            Kind.SERVER_UNEXPECTED,
                            server.toString(),
                            new IpvsOp.DeleteDestination(want.service.id(), destination)));
                }
            });
        }
        return found;
    }

    /// The kernel makes `Local` of any method for an address that is the director's own.
    private static boolean same(Destination present, Destination wanted) {
        return present.equals(wanted)
                || (present.forwarding() == Forwarding.LOCAL || wanted.forwarding() == Forwarding.LOCAL)
                        && present.sameServer(wanted)
                        && present.weight() == wanted.weight()
                        && present.upper() == wanted.upper()
                        && present.lower() == wanted.lower();
    }
}
