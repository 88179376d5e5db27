package io.muster.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Values published for RHEL 5 and 6 clusters.
class ClusterIdTest {
    @ParameterizedTest
    @CsvSource({"alpha, 3169", "mycluster, 56756", "RHCluster, 41524", "clu3, 1509", "harbor, 6520"})
    void oldHash(String name, int id) {
        assertEquals(id, ClusterId.of(name));
    }

    @ParameterizedTest
    @CsvSource({"alpha, 12320", "mycluster, 65461"})
    void newHash(String name, int id) {
        assertEquals(id, ClusterId.hashed(name));
    }

    @ParameterizedTest
    @CsvSource({"29348, 239.192.114.23, ff15::72a4", "1, 239.192.0.1, ff15::1", "65535, 239.192.255.0, ff15::ffff"})
    void theLastOctetIsModulo255(int id, String ipv4, String ipv6) {
        assertEquals(ipv4, ClusterId.multicastIpv4(id));
        assertEquals(ipv6, ClusterId.multicastIpv6(id));
    }
}
