package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The version of Muster stands once, in the pom: what prints it has it from there.
class VersionTest {
    private static final Pattern VERSION =
            Pattern.compile("<artifactId>muster</artifactId>\\s*<version>(([0-9.]+)(-SNAPSHOT)?)</version>");

    private static final Pattern LIBRARY = Pattern.compile("<[a-z]+\\.version>[^<]*</");

    /// The changes of a release are told under its number.
    private static final String TOLD = "CHANGELOG.md";

    @Test
    void theVersionStandsOnce() {
        Path pom = SourceTree.root().resolve("pom.xml");
        Matcher found = VERSION.matcher(SourceTree.read(pom));
        assertTrue(found.find(), "no version in pom.xml");
        String version = found.group(1);
        Pattern number = Pattern.compile("(?<![0-9.=])" + Pattern.quote(found.group(2)) + "(?![0-9.])");
        var wrong = new ArrayList<String>();
        int poms = 0;
        for (Path file : SourceTree.files()) {
            String path = SourceTree.root().relativize(file).toString();
            String text = SourceTree.read(file);
            if (file.endsWith("pom.xml")) {
                // A module names its parent's version, as Maven wants it.
                Matcher parent = VERSION.matcher(text);
                assertTrue(
                        parent.find() && parent.group(1).equals(version), path + " has another version than pom.xml");
                text = text.substring(0, parent.start()) + text.substring(parent.end());
                text = LIBRARY.matcher(text).replaceAll("");
                poms++;
            }
            if (!path.equals(TOLD) && number.matcher(text).find()) {
                wrong.add(path);
            }
        }
        assertTrue(poms > 10, "only " + poms + " poms");
        assertEquals(List.of(), wrong, "these say the version themselves");
    }
}
