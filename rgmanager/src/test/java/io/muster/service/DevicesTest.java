package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.muster.service.Plan.Resource;
import io.muster.service.Plan.ServiceSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// One device by two names, as the nodes report them.
class DevicesTest {
    private static ServiceSpec on(String service, String device) {
        var fs = new Resource(
                "fs", new TreeMap<>(Map.of("name", service, "device", device, "mountpoint", "/mnt/" + service)));
        return Plans.having(Plans.service(service), fs);
    }

    private static NodeTable named(Map<String, List<String>> names) {
        var all = new TreeMap<String, java.util.SortedSet<String>>();
        names.forEach((device, others) -> all.put(device, new TreeSet<>(others)));
        return new NodeTable(Plans.TYPES, all);
    }

    /// What keeps the second service from a node while the first has its device on another or the same.
    private static List<String> kept(
            NodeTable one, NodeTable two, String first, String second, int holder, int starter) {
        ServiceSpec a = on("a", first);
        ServiceSpec b = on("b", second);
        ClusterState state = States.ready(Plans.plan(1, 2, List.of(), a, b), List.of(1, 2));
        state.types.put(1, one);
        state.types.put(2, two);
        Service holds = new Service("service:a");
        Service waits = new Service("service:b");
        state.services.put(holds.name, holds);
        state.services.put(waits.name, waits);
        holds.held = new TreeMap<>(Map.of(States.run(holder), state.claims().needs(a, holder)));
        return state.claims().conflicts(waits, b, starter).stream()
                .map(Claims.Conflict::what)
                .toList();
    }

    @Test
    void aPathHereIsTheUuidThere() {
        NodeTable known = named(Map.of("device=/dev/vg/data", List.of("@device=/dev/dm-3", "device=UUID=ab-12")));
        assertEquals(
                List.of("device=UUID=ab-12"),
                kept(known, named(Map.of()), "/dev/vg/data", "UUID=AB-12", 1, 2),
                "the holder has said so, though the other node doesn't see the device");
        assertEquals(
                List.of("device=UUID=ab-12"),
                kept(named(Map.of()), known, "UUID=ab-12", "/dev/vg/data", 1, 2),
                "it is going to be the one that another has");
        assertEquals(List.of(), kept(known, known, "/dev/vg/data", "UUID=cd-34", 1, 2));
    }

    @Test
    void aLocalDiskOfTheSameNameIsAnotherOne() {
        NodeTable one = named(Map.of("device=/dev/sdb1", List.of("@device=/dev/sdb1", "device=UUID=aa")));
        NodeTable two = named(Map.of("device=UUID=bb", List.of("@device=/dev/sdb1")));
        assertEquals(List.of(), kept(one, two, "/dev/sdb1", "UUID=bb", 1, 2));
    }

    @Test
    void onOneNodeTheKernelsNameIsEnough() {
        NodeTable known = named(Map.of(
                "device=/dev/vg/raw", List.of("@device=/dev/dm-7"),
                "device=/dev/mapper/vg-raw", List.of("@device=/dev/dm-7")));
        assertEquals(List.of("@device=/dev/dm-7"), kept(known, known, "/dev/vg/raw", "/dev/mapper/vg-raw", 1, 1));
        assertEquals(
                List.of(),
                kept(known, known, "/dev/vg/raw", "/dev/mapper/vg-raw", 1, 2),
                "numbers are the kernel's own");
    }
}
