package io.muster.end;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever isn't known for sure is a refusal.
class EndFactsTest {
    private static final OptionalLong PID = OptionalLong.of(4026531836L);
    private static final OptionalLong USER = OptionalLong.of(4026531837L);

    /// The whole table: each column is a fact as a machine has it, or not; "?" for unknown.
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a machine of its own                  | /      | -               | yes | first | first | same  | reset
            nobody declared it                    | /      | -               | no  | first | first | same  | 1
            a container                           | /      | -               | yes | other | first | same  | 1
            a container of an ordinary user       | /      | -               | yes | other | other | same  | 2
            /proc isn't there                     | /      | -               | yes | ?     | ?     | other | 3
            another user namespace                | /      | -               | yes | first | other | same  | 1
            chroot, or a container with the host's pids | / | -              | yes | first | first | other | 1
            a test's root on a declared machine   | /tmp/n | -               | yes | first | first | same  | 1
            a test's root                         | /tmp/n | -               | no  | other | first | other | 4
            a bed's node                          | /tmp/n | /bed/unplug n1  | no  | other | first | other | pull
            a bed's node that is all of a guest   | /      | /bed/unplug n1  | yes | first | first | same  | pull
            a plug that is no path                | /tmp/n | unplug n1       | yes | first | first | same  | 1
            a plug without words                  | /      | ''              | yes | first | first | same  | 1
            """)
    void theTable(
            String what,
            String root,
            String plug,
            String declared,
            String pid,
            String user,
            String firstRoot,
            String expected) {
        var facts = new EndFacts(
                Path.of(root),
                plug.equals("-") ? Optional.empty() : Optional.of(words(plug)),
                declared.equals("yes"),
                namespace(pid, PID),
                namespace(user, USER),
                firstRoot.equals("same"));
        assertEquals(
                expected,
                switch (facts.ending()) {
                    case Ending.Reset() -> "reset";
                    case Ending.Pull(List<String> command) -> {
                        assertEquals(words(plug), command);
                        yield "pull";
                    }
                    case Ending.Refused(List<String> reasons) -> Integer.toString(reasons.size());
                },
                what);
    }

    @Test
    void everyReasonIsNamed() {
        var facts = new EndFacts(
                Path.of("/tmp/n1"), Optional.empty(), false, OptionalLong.of(4026532222L), OptionalLong.empty(), false);
        var reasons = new ArrayList<>(((Ending.Refused) facts.ending()).reasons());
        assertTrue(reasons.removeFirst().startsWith("its root is /tmp/n1, which is a test's"), reasons::toString);
        assertEquals(
                List.of(
                        "nobody declared it a machine: there is no /usr/lib/muster/machine of root's, which an installation"
                                + " on a machine lays down",
                        "its pid namespace is 4026532222, not the machine's first",
                        "its user namespace is unknown",
                        "its first process has another root directory, or can't be looked at"),
                reasons);
    }

    private static List<String> words(String line) {
        return line.isEmpty() ? List.of() : List.of(line.split(" "));
    }

    private static OptionalLong namespace(String word, OptionalLong first) {
        return switch (word) {
            case "first" -> first;
            case "other" -> OptionalLong.of(4026532777L);
            default -> OptionalLong.empty();
        };
    }
}
