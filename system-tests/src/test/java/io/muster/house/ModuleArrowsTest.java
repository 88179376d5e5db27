package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/// The arrows drawn in docs/ARCHITECTURE.md, the dependencies of the poms and what the classes use are the
/// same: whoever draws, declares or uses one arrow more than the others fails here.
///
/// A row of the table starts with the module in backticks; its third column lists in backticks what the
/// module may use, `all` for everything. What a module takes in test scope needs no arrow: `simulator` and
/// `cluster-model`, and what another module's tests lend.
class ModuleArrowsTest {
    private static final Pattern ROW = Pattern.compile("^\\|\\s*`([a-z-]+)/?`[^|]*\\|[^|]*\\|([^|]*)\\|\\s*$");
    private static final Pattern TICKED = Pattern.compile("`([a-z-]+)/?`");

    /// Gathers the others' jars and has no class that could use them.
    private static final String GATHERS = "distribution";

    @Test
    void thePageDrawsWhatStands() {
        assertEquals(new TreeSet<>(SourceTree.modules()), new TreeSet<>(drawn().keySet()), "modules and rows");
    }

    @Test
    void arrowsDrawnAreArrowsDeclared() throws Exception {
        for (String module : SourceTree.modules()) {
            Arrows of = drawn().getOrDefault(module, new Arrows(new TreeSet<>(), false));
            if (of.all()) {
                assertTrue(of.to().containsAll(declared(module)), module);
            } else {
                assertEquals(
                        of.to(), declared(module), module + ": drawn in docs/ARCHITECTURE.md, declared in its pom");
            }
        }
    }

    @Test
    void arrowsDeclaredAreArrowsUsed() throws Exception {
        for (String module : SourceTree.modules()) {
            if (!module.equals(GATHERS) && !drawn().get(module).all()) {
                assertEquals(used(module), declared(module), module + ": used by its classes, declared in its pom");
            }
        }
    }

    @Test
    void anUnusedArrowIsSeen() throws Exception {
        // The lowest module uses none, the next one only that.
        assertEquals(Set.of(), used("cluster-base"));
        assertEquals(Set.of("cluster-base"), used("native"));
    }

    @Test
    void falseWorldsAreOnlyForTestsAndTheRehearsal() throws Exception {
        Set<String> above = Set.of("cluster-model", "rehearsal", "system-tests", "distribution");
        for (String module : SourceTree.modules()) {
            if (!above.contains(module)) {
                SortedSet<String> used = declared(module);
                assertTrue(!used.contains("simulator"), module + " uses simulator outside of tests");
                assertTrue(!used.contains("cluster-model"), module + " uses cluster-model outside of tests");
                assertTrue(!used.contains("rehearsal"), module + " stands below rehearsal and names it");
            }
        }
    }

    /// What a row draws.
    ///
    /// @param all whether it only says so
    private record Arrows(SortedSet<String> to, boolean all) {}

    private static Map<String, Arrows> drawn() {
        Map<String, Arrows> arrows = new LinkedHashMap<>();
        boolean inside = false;
        for (String line : SourceTree.read(SourceTree.root().resolve("docs/ARCHITECTURE.md"))
                .split("\n")) {
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
            boolean all = row.group(2).strip().equals("all");
            if (all) {
                may.addAll(SourceTree.modules());
            }
            arrows.put(row.group(1), new Arrows(may, all));
        }
        return arrows;
    }

    /// The modules whose classes a module's own name.
    private static SortedSet<String> used(String module) {
        SortedSet<String> used = new TreeSet<>();
        JavaClasses own = HouseClasses.modules().get(module);
        if (own != null) {
            for (JavaClass c : own) {
                for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
                    String target =
                            HouseClasses.moduleOf(dependency.getTargetClass().getBaseComponentType());
                    if (target != null && !target.equals(module)) {
                        used.add(target);
                    }
                }
            }
        }
        return used;
    }

    private static SortedSet<String> declared(String module) throws Exception {
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
