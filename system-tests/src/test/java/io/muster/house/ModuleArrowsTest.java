package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// The arrows drawn in docs/ARCHITECTURE.md and the dependencies of the poms: each names every one of the
/// other's.
///
/// A row of the table starts with the module in backticks; its third column lists in backticks what the
/// module may use, `all` for everything. The simulator may be used in test scope by every module above
/// `cluster-base`, and needs no arrow then.
class ModuleArrowsTest {
    private static final Pattern ROW = Pattern.compile("^\\|\\s*`([a-z-]+)/?`[^|]*\\|[^|]*\\|([^|]*)\\|\\s*$");
    private static final Pattern TICKED = Pattern.compile("`([a-z-]+)/?`");

    @Test
    void pomsUseExactlyTheDrawnArrows() throws Exception {
        Path page = SourceTree.root().resolve("docs/ARCHITECTURE.md");
        Assumptions.assumeTrue(Files.exists(page), "docs/ARCHITECTURE.md is not there: nothing to compare with");
        Map<String, SortedSet<String>> drawn = drawn(page);
        Map<String, SortedSet<String>> undrawn = new LinkedHashMap<>();
        for (String module : SourceTree.modules()) {
            assertTrue(drawn.containsKey(module), module + " has no row in docs/ARCHITECTURE.md");
            SortedSet<String> used = used(module);
            used.removeAll(drawn.get(module));
            if (!used.isEmpty()) {
                undrawn.put(module, used);
            }
        }
        assertEquals(Map.of(), undrawn, "arrows of the poms that docs/ARCHITECTURE.md doesn't draw");
    }

    @Test
    void falseWorldsAreOnlyForTestsAndTheRehearsal() throws Exception {
        Set<String> above = Set.of("cluster-model", "rehearsal", "system-tests", "distribution");
        for (String module : SourceTree.modules()) {
            if (!above.contains(module)) {
                SortedSet<String> used = used(module);
                assertTrue(!used.contains("simulator"), module + " uses simulator outside of tests");
                assertTrue(!used.contains("cluster-model"), module + " uses cluster-model outside of tests");
                assertTrue(!used.contains("rehearsal"), module + " stands below rehearsal and names it");
            }
        }
    }

    private static Map<String, SortedSet<String>> drawn(Path page) {
        Map<String, SortedSet<String>> arrows = new LinkedHashMap<>();
        boolean inside = false;
        for (String line : SourceTree.read(page).split("\n")) {
            inside = line.startsWith("| module |") || (inside && line.startsWith("|"));
            Matcher row = ROW.matcher(line);
            if (!inside || !row.matches()) {
                continue;
            }
            SortedSet<String> may = new TreeSet<>();
            Matcher name = TICKED.matcher(row.group(2));
            while (name.find()) {
                may.add(name.group(1));
            }
            if (may.contains("all") || row.group(2).strip().equals("all")) {
                may.addAll(SourceTree.modules());
            }
            arrows.put(row.group(1), may);
        }
        return arrows;
    }

    private static SortedSet<String> used(String module) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        NodeList all = factory.newDocumentBuilder()
                .parse(SourceTree.root().resolve(module).resolve("pom.xml").toFile())
                .getElementsByTagName("dependency");
        SortedSet<String> used = new TreeSet<>();
        for (int i = 0; i < all.getLength(); i++) {
            Element dependency = (Element) all.item(i);
            if (text(dependency, "groupId").equals("io.muster")
                    && !text(dependency, "scope").equals("test")) {
                used.add(text(dependency, "artifactId"));
            }
        }
        return used;
    }

    private static String text(Element parent, String child) {
        NodeList found = parent.getElementsByTagName(child);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }
}
