package io.muster.lvs;

import io.muster.ipvs.Destination;
import io.muster.ipvs.DestinationEntry;
import io.muster.ipvs.Forwarding;
import io.muster.ipvs.IpvsOp;
import io.muster.ipvs.ServiceEntry;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.VirtualService;
import java.util.List;

/// Somebody else with ipvsadm, in a simulated director's table.
final class Hands {
    private final LvsdWorld world;

    Hands(LvsdWorld world) {
        this.world = world;
    }

    /// Somebody with ipvsadm.
    void hand() {
        world.disturb();
        List<ServiceEntry> entries = world.table.table();
        if (entries.isEmpty()) {
            return;
        }
        ServiceEntry entry = entries.get(world.dice.nextInt(entries.size()));
        if (world.isForeign(entry.service().id())) {
            return;
        }
        ServiceId id = entry.service().id();
        List<DestinationEntry> servers = entry.destinations();
        DestinationEntry server = servers.isEmpty() ? null : servers.get(world.dice.nextInt(servers.size()));
        switch (world.dice.nextInt(8)) {
            case 0 -> {
                world.table.apply(new IpvsOp.DeleteService(id));
                world.unsaved().stream()
                        .filter(place -> place.service().equals(id))
                        .forEach(world::forgetZero);
            }
            case 1 -> world.table.apply(new IpvsOp.EditService(VirtualService.of(id, "sed")));
            case 2 ->
                world.table.apply(new IpvsOp.AddDestination(
                        id, Destination.of(Pool.address("10.3.0.1"), 81, Forwarding.MASQ, 5)));
            case 3 -> {
                if (server != null) {
                    RealServer place = RealServer.of(id, server.destination());
                    world.table.apply(new IpvsOp.DeleteDestination(id, server.destination()));
                    if (world.unsaved().contains(place)) {
                        world.forgetZero(place);
                    }
                }
            }
            case 4 -> {
                if (server != null) {
                    int upper = world.dice.nextInt(3) * 50;
                    world.table.apply(
                            new IpvsOp.EditDestination(id, server.destination().withLimits(upper, upper / 2)));
                }
            }
            case 5 -> {
                if (server != null) {
                    RealServer place = RealServer.of(id, server.destination());
                    world.zeroed.remove(place);
                    world.zeroSeen.remove(place);
                    world.table.apply(
                            new IpvsOp.EditDestination(id, server.destination().withWeight(77)));
                }
            }
            default -> {
                if (server != null) {
                    zero(id, server.destination());
                }
            }
        }
    }

    private void zero(ServiceId id, Destination present) {
        RealServer place = RealServer.of(id, present);
        LvsdStatus.Server seen = world.server(place);
        world.table.apply(new IpvsOp.EditDestination(id, present.withWeight(0)));
        world.touchedByHand.add(place);
        Plan.Service service = Plan.of(world.config).services().get(id);
        Plan.Server planned = service == null ? null : service.servers().get(place);
        // Kept only where it is told from lvsd's own doing: not while a write of lvsd's for it is on its way.
        if (planned != null
                && planned.destination().weight() > 0
                && present.weight() > 0
                && !world.disk.zeros().contains(place)
                && seen != null
                && seen.up()
                && seen.actualWeight() == seen.wantedWeight()
                && seen.wantedWeight() > 0) {
            world.zeroed.add(place);
        }
    }

    /// Somebody else's service comes, changes or goes.
    void foreignHand() {
        ServiceId id = Pool.foreign(world.dice.nextInt(3));
        boolean there = world.foreign.removeIf(entry -> entry.service().id().equals(id));
        world.table.apply(new IpvsOp.DeleteService(id));
        if (!there || world.dice.nextBoolean()) {
            world.table.apply(new IpvsOp.AddService(VirtualService.of(id, "rr")));
            world.table.apply(new IpvsOp.AddDestination(
                    id, Destination.of(Pool.address("10.2.0.1"), 80, Forwarding.MASQ, world.dice.nextInt(3))));
            world.foreign.addAll(world.table.table().stream()
                    .filter(entry -> entry.service().id().equals(id))
                    .toList());
        }
    }
}
