package io.muster.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Within a module, too, arrows point down only: no package reaches itself through others, and no
/// capability does (a package with its `.daemon` and `.cli`).
class PackageCirclesTest {
    @Test
    void noPackageReachesItselfThroughOthers() {
        var mending = new Mending("packages have no circle");
        circles(mending, name -> name);
        mending.check();
    }

    @Test
    void noCapabilityReachesItselfThroughOthers() {
        var mending = new Mending("capabilities have no circle");
        circles(mending, name -> name.replaceAll("^(io\\.muster\\.[a-z]+)\\..*", "$1"));
        mending.check();
    }

    @Test
    void aCircleIsSeen() {
        var arrows = new Arrows();
        arrows.add("a", "b", "");
        arrows.add("b", "c", "");
        arrows.add("c", "b", "");
        arrows.add("c", "d", "");
        assertEquals(List.of(new TreeSet<>(Set.of("b", "c"))), arrows.circles());
    }

    private static void circles(Mending mending, UnaryOperator<String> nameOf) {
        HouseClasses.modules().forEach((module, classes) -> {
            Arrows arrows = arrows(classes, nameOf);
            for (SortedSet<String> circle : arrows.circles()) {
                String who = module + ": " + String.join(", ", circle);
                arrows.within(circle).forEach(line -> mending.found(who, line));
            }
        });
    }

    private static Arrows arrows(JavaClasses classes, UnaryOperator<String> nameOf) {
        var own = new HashSet<String>();
        classes.forEach(c -> own.add(nameOf.apply(c.getPackageName())));
        var arrows = new Arrows();
        for (JavaClass c : classes) {
            String from = nameOf.apply(c.getPackageName());
            for (Dependency dependency : c.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                String to = nameOf.apply(target.getPackageName());
                if (!from.equals(to) && own.contains(to)) {
                    arrows.add(from, to, HouseClasses.outermost(c) + " -> " + HouseClasses.outermost(target));
                }
            }
        }
        return arrows;
    }

    /// Who uses whom, and by which classes.
    private static final class Arrows {
        private final SortedMap<String, SortedMap<String, SortedSet<String>>> from = new TreeMap<>();

        private void add(String one, String other, String why) {
            from.computeIfAbsent(one, _ -> new TreeMap<>())
                    .computeIfAbsent(other, _ -> new TreeSet<>())
                    .add(why);
        }

        /// Sets of names that all reach each other, the largest such.
        private List<SortedSet<String>> circles() {
            var reached = new TreeMap<String, Set<String>>();
            from.keySet().forEach(name -> reached.put(name, reach(name)));
            var circles = new ArrayList<SortedSet<String>>();
            for (String name : from.keySet()) {
                var circle = new TreeSet<String>(from.keySet());
                circle.removeIf(other -> !reached.get(name).contains(other)
                        || !reached.get(other).contains(name));
                if (!circle.isEmpty() && circle.first().equals(name)) {
                    circles.add(circle);
                }
            }
            return circles;
        }

        private Set<String> reach(String name) {
            var reached = new HashSet<String>();
            var todo = new ArrayDeque<>(next(name));
            while (!todo.isEmpty()) {
                String there = todo.remove();
                if (reached.add(there)) {
                    todo.addAll(next(there));
                }
            }
            return reached;
        }

        private Set<String> next(String name) {
            return from.getOrDefault(name, new TreeMap<>()).keySet();
        }

        private List<String> within(Set<String> circle) {
            var lines = new ArrayList<String>();
            for (String name : circle) {
                for (Map.Entry<String, SortedSet<String>> arrow :
                        from.getOrDefault(name, new TreeMap<>()).entrySet()) {
                    if (circle.contains(arrow.getKey())) {
                        arrow.getValue().forEach(why -> lines.add(name + " -> " + arrow.getKey() + " by " + why));
                    }
                }
            }
            return lines;
        }
    }
}
