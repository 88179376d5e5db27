package io.muster.ccs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.config.ConfigReader;
import io.muster.config.Element;
import io.muster.config.Errno;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class XPathTreeTest {
    private static final String FILE = """
            <cluster name="harbor" config_version="12">
              <clusternodes>
                <clusternode name="pier1" nodeid="1"><fence>
                  <method name="ipmi"><device name="d1" port="7"/></method>
                  <method name="pdu"><device name="d2"/><device name="d3"/></method>
                </fence></clusternode>
                <clusternode name="pier2" nodeid="2"/>
              </clusternodes>
              <rm><events><event name="e">text</event></events></rm>
            </cluster>
            """;
    private Element root;

    @BeforeEach
    void read() throws Exception {
        root = ConfigReader.parseTree(FILE.getBytes(StandardCharsets.UTF_8), "cluster.conf");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/cluster/@name; harbor",
                "//@config_version; 12",
                "/cluster/clusternodes/clusternode[2]/@name; pier2",
                "/cluster/clusternodes/clusternode/@name; pier1,pier2",
                "/cluster/clusternodes/clusternode[@name=\"pier1\"]/fence/method[1]/@name; ipmi",
                "/cluster/clusternodes/clusternode[@name=\"pier1\"]/fence/method[@name='pdu']/device[2]/@*; name=d3",
                "//method[@name=\"ipmi\"]/device[1]/@*; name=d1,port=7",
                "/cluster/clusternodes/child::*; clusternode=,clusternode=",
                "/cluster/rm/events/child::*; event=text",
                "//event; text",
                "//event/text(); text",
                "//device/@name; d1,d2,d3",
                "/cluster/*/clusternode[@nodeid]/@nodeid; 1,2",
                "count(//clusternode); 2",
                "count(//device) div 2; 1.5",
                "//clusternode[last()]/@name; pier2",
                "//clusternode[position() < 2]/@name; pier1",
                "//device[contains(@name, '3')]/@name; d3",
                "//method[device[2]]/@name; pdu",
                "//device[../@name='ipmi']/@port; 7",
                "string(/cluster/@name); harbor",
                "concat(/cluster/@name, '-', count(//method)); harbor-2",
                "//clusternode/@nodeid > 1; true",
                "boolean(//quorumd); false",
                "sum(//@nodeid); 3",
                "//clusternode[not(fence)]/@name | /cluster/@name; harbor,pier2",
                "/descendant::device[2]/attribute::*; name=d2",
                "cluster/@name; harbor",
                "/cluster/@* ; name=harbor,config_version=12"
            })
    void finds(String query, String values) throws XPathTree.BadPath {
        assertEquals(values, String.join(",", new XPathTree(root).find(query)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/cluster/@nothing", "/other/@name", "/cluster/clusternodes/clusternode[3]/@name"})
    void findsNothing(String query) throws XPathTree.BadPath {
        assertEquals(List.of(), new XPathTree(root).find(query));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/cluster[",
                "/ /",
                "frob(1)",
                "$x",
                "count(",
                "document('/etc/passwd')",
                "((((((((((((1))))))))))))"
            })
    void refuses(String query) {
        assertThrows(XPathTree.BadPath.class, () -> new XPathTree(root).find(query));
    }

    @Test
    void anEndlessQueryIsRefusedAndNotEvaluated() {
        String deep = "(".repeat(2000) + "1" + ")".repeat(2000);
        assertThrows(XPathTree.BadPath.class, () -> new XPathTree(root).find(deep));
        String wide = "1" + " + 1".repeat(900);
        assertThrows(XPathTree.BadPath.class, () -> new XPathTree(root).find(wide));
    }

    @Test
    void repeatingAQueryGoesOnAndAround() {
        Descriptors descriptors = new Descriptors();
        int number = descriptors.open(root, 0);
        String query = "/cluster/clusternodes/clusternode/@name";
        assertEquals("pier1", descriptors.get(number, query, false, 1).value());
        assertEquals("pier2", descriptors.get(number, query, false, 2).value());
        assertEquals("pier1", descriptors.get(number, query, false, 3).value());
        assertEquals(
                "12", descriptors.get(number, "//@config_version", false, 4).value());
        assertEquals("pier1", descriptors.get(number, query, false, 5).value());
    }

    @Test
    void aListEndsOnceAndBeginsAgain() {
        Descriptors descriptors = new Descriptors();
        int number = descriptors.open(root, 0);
        String query = "//device/@name";
        assertEquals("d1", descriptors.get(number, query, true, 1).value());
        assertEquals("d2", descriptors.get(number, query, true, 1).value());
        assertEquals("d3", descriptors.get(number, query, true, 1).value());
        assertEquals(new Descriptors.Result(null, null), descriptors.get(number, query, true, 1));
        assertEquals("d1", descriptors.get(number, query, true, 1).value());
    }

    @Test
    void aDescriptorEndsAfterThirtySecondsOfSilenceAndItsNumberIsStale() {
        Descriptors descriptors = new Descriptors();
        int first = descriptors.open(root, 0);
        assertEquals(
                "harbor",
                descriptors.get(first, "/cluster/@name", false, 30_000).value());
        assertEquals(
                Errno.EBADR,
                descriptors.get(first, "/cluster/@name", false, 60_001).error());
        int second = descriptors.open(root, 60_002);
        assertEquals(30, second);
        assertEquals(
                Errno.EBADR,
                descriptors.get(first, "/cluster/@name", false, 60_003).error());
    }

    @Test
    void thereAreThirty() {
        Descriptors descriptors = new Descriptors();
        for (int i = 0; i < 30; i++) {
            assertEquals(i, descriptors.open(root, 0));
        }
        assertEquals(-11, descriptors.open(root, 0));
        descriptors.close(7, 0);
        assertEquals(37, descriptors.open(root, 0));
    }

    @Test
    void relativeQueriesStartFromTheWorkingPath() {
        Descriptors descriptors = new Descriptors();
        int number = descriptors.open(root, 0);
        descriptors.setState(number, "/cluster/clusternodes", true, 0);
        assertEquals(
                "2", descriptors.get(number, "clusternode[2]/@nodeid", false, 0).value());
        assertEquals(
                new Descriptors.State("/cluster/clusternodes", "clusternode[2]/@nodeid"), descriptors.state(number, 0));
    }

    @Test
    void emptyTextIsNoData() {
        Descriptors descriptors = new Descriptors();
        int number = descriptors.open(root, 0);
        assertEquals(
                Errno.ENODATA,
                descriptors.get(number, "/cluster/clusternodes", false, 0).error());
        assertEquals(
                Errno.EINVAL, descriptors.get(number, "/cluster[", false, 0).error());
    }
}
