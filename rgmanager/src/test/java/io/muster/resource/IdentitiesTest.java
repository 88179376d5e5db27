package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What makes two resources one.
class IdentitiesTest {
    private static final ResourceType FS = type("fs", "name", 1, "device", "mountpoint");
    private static final ResourceType IP = type("ip", "address", 1, "address");
    private static final ResourceType SCRIPT = type("script", "name", 0, "name", "file");

    private static ResourceType type(String type, String primary, int most, String... unique) {
        return new ResourceType(type, primary, most, new TreeSet<>(List.of(unique)), new TreeSet<>());
    }

    private static SortedSet<String> fs(String device) {
        return Identities.of(FS, Map.of("name", "data", "device", device, "mountpoint", "/srv//data/"));
    }

    @Test
    void whatIsUsedOnceIsKnownByAllThatNamesIt() {
        assertEquals(Set.of("device=/dev/sdb1", "fs.name=data", "mountpoint=/srv/data"), fs("/dev/sdb1"));
        assertEquals(fs("/dev/sdb1"), fs("/dev/./sdb1"));
        assertEquals(fs("UUID=ABCD-12"), fs("/dev/disk/by-uuid/abcd-12"));
    }

    @Test
    void addressesAreComparedAsAddresses() {
        assertEquals(Set.of("address=10.0.0.8"), Identities.of(IP, Map.of("address", " 10.0.0.8/24")));
        assertEquals(
                Identities.of(IP, Map.of("address", "fe80:0:0::8")),
                Identities.of(IP, Map.of("address", "FE80::8/64")));
    }

    @Test
    void aScriptIsKnownByItsFileAndOnItsNodeOnly() {
        assertEquals(
                Set.of("@script.file=/etc/init.d/web"),
                Identities.of(SCRIPT, Map.of("name", "a", "file", "/etc/init.d/web")));
        assertEquals(Set.of("@script.name=a"), Identities.of(SCRIPT, Map.of("name", "a")));
    }

    @Test
    void whatIsMadeToBeSharedIsNobodysAndAServiceIsKnownByItsNameAlready() {
        for (String type : List.of("clusterfs", "netfs", "nfsclient", "nfsexport")) {
            assertEquals(
                    Set.of(), Identities.of(type(type, "name", 0, "name", "mountpoint"), Map.of("mountpoint", "/a")));
        }
        assertEquals(Set.of(), Identities.of(type("service", "name", 1, "name"), Map.of("name", "web")));
    }
}
