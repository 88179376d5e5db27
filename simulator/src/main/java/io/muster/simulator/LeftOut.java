package io.muster.simulator;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Faults for [ImageTwins] to plant: images in which one component, everywhere, is as it was in a new
/// core, as if whoever wrote the image had forgotten it. Over enough steps of enough stories each has
/// to show, or the story never needs it.
///
/// Components are named `Class.component`: those of the records that the image is made of, which are
/// called `Image` or `Local`, themselves or what they are nested in, or are states within a `State`.
/// Thread: one.
public final class LeftOut {
    /// As in a new core, where it has one.
    private final Map<String, Object> first = new HashMap<>();

    /// How often each was planted.
    private final SortedMap<String, Integer> planted = new TreeMap<>();

    private final SortedSet<String> noticed = new TreeSet<>();

    /// @param fresh the image of a core that has just been made
    public LeftOut(Record fresh) {
        collect(fresh, first);
    }

    /// Those that could be left out without anybody noticing.
    public SortedSet<String> unnoticed() {
        var left = new TreeSet<>(planted.keySet());
        left.removeAll(noticed);
        return left;
    }

    /// Whether at least half of the faults have shown: as many as a few stories can tell. A long
    /// campaign reads [#toString].
    public boolean mostShow() {
        return !planted.isEmpty() && unnoticed().size() * 2 <= planted.size();
    }

    @Override
    public String toString() {
        return planted.size() + " components left out; didn't show: " + unnoticed();
    }

    boolean noticed(String fault) {
        return noticed.contains(fault);
    }

    void notice(String fault) {
        noticed.add(fault);
    }

    /// The image without this and that: those not noticed yet, the seldom planted first, as far as it
    /// makes a difference now.
    ///
    /// @param most so many
    Map<String, Record> from(Record image, int most) {
        Map<String, Object> there = new HashMap<>();
        collect(image, there);
        List<String> candidates = there.keySet().stream()
                .filter(name -> !noticed.contains(name))
                .sorted((a, b) -> {
                    int order = Integer.compare(planted.getOrDefault(a, 0), planted.getOrDefault(b, 0));
                    return order != 0 ? order : a.compareTo(b);
                })
                .toList();
        Map<String, Record> wrong = new LinkedHashMap<>();
        for (String name : candidates) {
            if (wrong.size() == most) {
                break;
            }
            var changed = new boolean[1];
            Record without = (Record) without(image, name, changed);
            if (changed[0] && without != null) {
                planted.merge(name, 1, Integer::sum);
                wrong.put(name, without);
            }
        }
        return wrong;
    }

    /// Whether a record is part of an image and not a value that it holds.
    private static boolean part(Record record) {
        String type = record.getClass().getName();
        return type.contains("Image") || type.endsWith("Local") || type.contains("Local$") || type.contains("State$");
    }

    private static String name(Record record, RecordComponent component) {
        String type = record.getClass().getName();
        return type.substring(type.lastIndexOf('.') + 1) + "." + component.getName();
    }

    private static @Nullable Object get(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(String.valueOf(e.getMessage()), e);
        }
    }

    private static void collect(@Nullable Object value, Map<String, Object> into) {
        switch (value) {
            case Record record -> {
                for (RecordComponent component : record.getClass().getRecordComponents()) {
                    Object content = get(record, component);
                    if (part(record)) {
                        into.putIfAbsent(name(record, component), Optional.ofNullable(content));
                    }
                    collect(content, into);
                }
            }
            case Iterable<?> elements -> elements.forEach(element -> collect(element, into));
            case Map<?, ?> map -> map.values().forEach(mapped -> collect(mapped, into));
            case Optional<?> present -> present.ifPresent(content -> collect(content, into));
            case null, default -> {}
        }
    }

    private @Nullable Object without(@Nullable Object value, String name, boolean[] changed) {
        return switch (value) {
            case Record record -> record(record, name, changed);
            case List<?> elements -> {
                var all = new ArrayList<@Nullable Object>();
                elements.forEach(element -> all.add(without(element, name, changed)));
                yield all;
            }
            case SortedMap<?, ?> map -> map(map, new TreeMap<>(), name, changed);
            case Map<?, ?> map -> map(map, new LinkedHashMap<>(), name, changed);
            case Optional<?> present -> present.map(content -> without(content, name, changed));
            case null, default -> value;
        };
    }

    private Object map(Map<?, ?> map, Map<@Nullable Object, @Nullable Object> all, String name, boolean[] changed) {
        map.forEach((key, mapped) -> all.put(key, without(mapped, name, changed)));
        return all;
    }

    private Record record(Record record, String name, boolean[] changed) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        var types = new Class<?>[components.length];
        var values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            Object content = get(record, components[i]);
            if (name(record, components[i]).equals(name)) {
                values[i] = initial(name, types[i]);
                changed[0] |= !same(values[i], content);
            } else {
                values[i] = without(content, name, changed);
            }
        }
        try {
            Constructor<?> constructor = record.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return (Record) constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            // It refuses such a component: nobody could have forgotten it.
            changed[0] = false;
            return record;
        }
    }

    private static boolean same(@Nullable Object one, @Nullable Object other) {
        return java.util.Objects.deepEquals(one, other);
    }

    private @Nullable Object initial(String name, Class<?> type) {
        if (first.get(name) instanceof Optional<?> known) {
            return known.orElse(null);
        }
        if (type == long.class) {
            return 0L;
        } else if (type == int.class) {
            return 0;
        } else if (type == boolean.class) {
            return false;
        } else if (type == double.class) {
            return 0.0;
        } else if (type == String.class) {
            return "";
        } else if (type == byte[].class) {
            return new byte[0];
        } else if (type == Optional.class) {
            return Optional.empty();
        } else if (type == OptionalInt.class) {
            return OptionalInt.empty();
        } else if (SortedMap.class.isAssignableFrom(type)) {
            return new TreeMap<>();
        } else if (Map.class.isAssignableFrom(type)) {
            return new LinkedHashMap<>();
        } else if (SortedSet.class.isAssignableFrom(type)) {
            return new TreeSet<>();
        } else if (Set.class.isAssignableFrom(type)) {
            return new LinkedHashSet<>();
        } else if (List.class.isAssignableFrom(type)) {
            return new ArrayList<>();
        }
        return null;
    }
}
