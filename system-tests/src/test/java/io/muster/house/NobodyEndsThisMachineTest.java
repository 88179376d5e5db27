package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// There is one way to reset the machine Muster runs on, and no test takes it: tests run on somebody's
/// machine.
class NobodyEndsThisMachineTest {
    private static final String DOOR = "native/src/main/java/io/muster/os/";

    /// In product code, whatever could end a machine stands in these files and in no other.
    private static final List<String> MAY_NAME_IT = List.of(
            DOOR + "RealLevers.java",
            DOOR + "Levers.java",
            DOOR + "LibC.java",
            DOOR + "EndDoor.java",
            DOOR + "cli/EndMachine.java",
            "native/src/main/java/io/muster/end/");

    private static final Pattern ENDS = Pattern.compile(
            "[Ss]ys[Rr]q|\\bLibC\\.reboot|\\breboot\\(|\\breboot -|\\bpoweroff\\b|\\bshutdown -|\\bhalt -|RealLevers");

    /// Doors to the real levers.
    private static final Pattern REAL = Pattern.compile("RealLevers|EndDoor\\s*\\.open|EndMachine\\s*\\.main");

    private static final Pattern PRODUCT = Pattern.compile("[a-z-]+/src/main/(java|agents|scripts)/.*");

    @Test
    void oneDoorEndsThisMachine() {
        var wrong = new ArrayList<String>();
        int looked = 0;
        for (Path file : SourceTree.files()) {
            String path = SourceTree.root().relativize(file).toString();
            if (!PRODUCT.matcher(path).matches()
                    || path.startsWith("system-tests/")
                    || MAY_NAME_IT.stream().anyMatch(path::startsWith)) {
                continue;
            }
            looked++;
            String text = SourceTree.read(file);
            text.lines()
                    .filter(line -> ENDS.matcher(line).find())
                    .forEach(line -> wrong.add(path + ": " + line.strip()));
        }
        assertTrue(looked > 300, "only " + looked + " files looked at");
        assertEquals(List.of(), wrong);
    }

    @Test
    void noTestAndNoBedReachesTheRealLevers() {
        var wrong = new ArrayList<String>();
        int looked = 0;
        for (Path file : SourceTree.files()) {
            String path = SourceTree.root().relativize(file).toString();
            boolean test = path.contains("/src/test/") || path.startsWith("system-tests/");
            if (!test || path.endsWith("NobodyEndsThisMachineTest.java")) {
                continue;
            }
            looked++;
            if (REAL.matcher(SourceTree.read(file)).find()) {
                wrong.add(path);
            }
        }
        assertTrue(looked > 200, "only " + looked + " files looked at");
        assertEquals(List.of(), wrong);
    }
}
