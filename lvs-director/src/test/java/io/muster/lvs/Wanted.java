package io.muster.lvs;

import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How a simulated director's table must be.
final class Wanted {
    private final LvsdWorld world;

    Wanted(LvsdWorld world) {
        this.world = world;
    }

    void foreignUntouched() {
        List<ServiceEntry> present = world.table.table().stream()
                .filter(entry -> world.isForeign(entry.service().id()))
                .toList();
        world.check(
                present.size() == world.foreign.size() && present.containsAll(world.foreign),
                () -> "world.foreign services are " + present + ", should be " + world.foreign);
    }

    void converged() {
        Reconciler core = world.lvsd;
        world.check(core != null, "world.lvsd isn't running");
        Plan plan = Plan.of(world.config);
        Map<String, LvsdStatus.Server> shown = world.servers();
        var present = new TreeMap<ServiceId, ServiceEntry>();
        for (ServiceEntry entry : world.table.table()) {
            if (!world.isForeign(entry.service().id())) {
                present.put(entry.service().id(), entry);
            }
        }
        // Made while the disk refused, and gone from lvs.cf before it was noted: nobody can know whose they are.
        present.keySet()
                .removeIf(id -> world.diskEverFailed
                        && !plan.services().containsKey(id)
                        && !world.disk.owned().contains(id));
        world.check(
                present.keySet().equals(plan.services().keySet()),
                () -> "services are " + present.keySet() + ", should be "
                        + plan.services().keySet());
        for (Plan.Service service : plan.services().values()) {
            ServiceEntry entry = present.get(service.service().id());
            world.check(
                    entry != null && entry.service().equals(service.service()),
                    () -> "is " + entry + ", should be " + service.service());
            var weights = new TreeMap<RealServer, Integer>();
            if (entry != null) {
                entry.destinations()
                        .forEach(each -> weights.put(
                                RealServer.of(entry.service().id(), each.destination()),
                                each.destination().weight()));
            }
            boolean taking = false;
            for (RealServer place : service.servers().keySet()) {
                LvsdStatus.Server server = shown.get(place.toString());
                world.check(server != null, () -> place + " isn't shown");
                if (server != null) {
                    Integer actual = weights.remove(place);
                    int have = actual == null ? -1 : actual;
                    world.check(have == server.wantedWeight(), () -> place + " has " + have + ", wanted " + server);
                    world.check(server.actualWeight() == have, () -> place + " has " + have + ", shown " + server);
                    world.check(
                            world.diskEverFailed || have <= 0 || !world.drained.contains(place),
                            () -> place + " drains and has " + have);
                    world.check(
                            !world.zeroed.contains(place)
                                    || world.diskEverFailed
                                    || server.drain().isPresent(),
                            () -> place + " was set to 0 by hand, shown " + server);
                    world.check(
                            world.diskEverFailed
                                    || world.touchedByHand.contains(place)
                                    || server.drain()
                                            .filter(drain -> drain.by() == Drain.By.HAND)
                                            .isEmpty(),
                            () -> place + ": no hand ever set it to 0, shown " + server);
                    taking |= have > 0;
                }
            }
            service.sorry()
                    .ifPresent(sorry ->
                            weights.remove(RealServer.of(service.service().id(), sorry), 1));
            world.check(weights.isEmpty(), () -> "shouldn't be there: " + weights);
            boolean sorry = entry != null
                    && service.sorry().isPresent()
                    && entry.destinations().stream()
                            .anyMatch(each -> each.destination()
                                    .sameServer(service.sorry().orElseThrow()));
            world.check(
                    sorry == (!taking && service.sorry().isPresent()), () -> "sorry server: " + sorry + " in " + entry);
        }
        world.check(
                world.diskEverFailed
                        || world.disk.owned().equals(plan.services().keySet()),
                () -> "world.disk says " + world.disk.owned());
    }
}
