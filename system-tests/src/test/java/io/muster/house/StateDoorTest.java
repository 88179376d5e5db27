package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// A state with phases is swapped in one place, its door, which checks the transition and says so: nobody else writes
/// the field.
class StateDoorTest {
    /// Module, state, who may write it.
    private static final String TABLE = """
            lvs-director io.muster.nanny.CareState   Care.<init> Care.enter Care.restored Care$Image.<init>
            lvs-director io.muster.lvs.LvsdState     Course.<init> Course.swap Reconciler$Image.<init>
            lvs-director io.muster.pulse.PulseState  Role.<init> Role.enter Role.revise Role.resume Role$Image.<init>
            """;

    @Test
    void onlyTheDoorWritesTheState() {
        TABLE.lines().map(line -> line.split(" +")).forEach(row -> {
            Set<String> doors = Arrays.stream(row).skip(2).collect(Collectors.toCollection(TreeSet::new));
            assertEquals(doors, writers(row[0], row[1]), row[1]);
        });
    }

    @Test
    void theCourseIsSwappedByTwo() {
        var callers = new TreeSet<String>();
        for (JavaClass c : classes("lvs-director")) {
            c.getMethodCallsFromSelf().stream()
                    .filter(call -> call.getTargetOwner().getName().equals("io.muster.lvs.Course")
                            && call.getName().equals("swap"))
                    .forEach(call -> callers.add(place(call)));
        }
        assertEquals(Set.of("Course.enter", "Course.reload"), callers);
    }

    private static Set<String> writers(String module, String state) {
        var writers = new TreeSet<String>();
        for (JavaClass c : classes(module)) {
            for (JavaFieldAccess access : c.getFieldAccessesFromSelf()) {
                if (access.getAccessType() == AccessType.SET
                        && access.getTarget().getRawType().getName().equals(state)) {
                    writers.add(place(access));
                }
            }
        }
        return writers;
    }

    private static Iterable<JavaClass> classes(String module) {
        return HouseClasses.product().get(module);
    }

    private static String place(JavaAccess<?> access) {
        String owner = access.getOriginOwner().getName();
        return owner.substring(owner.lastIndexOf('.') + 1) + "."
                + access.getOrigin().getName();
    }
}
