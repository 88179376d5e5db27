package io.muster.driver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Which of the JDK's classes a collection or map is to be.
enum ImageKind {
    ARRAY_LIST,
    ARRAY_DEQUE,
    HASH_SET,
    LINKED_SET,
    TREE_SET,
    FIXED_LIST,
    FIXED_SET,
    FIXED_SORTED_SET,
    HASH_MAP,
    LINKED_MAP,
    TREE_MAP,
    FIXED_MAP,
    FIXED_SORTED_MAP;

    static ImageKind of(Object value) {
        Class<?> type = value.getClass();
        boolean sorted = value instanceof SortedSet<?> s && s.comparator() != null
                || value instanceof SortedMap<?, ?> m && m.comparator() != null;
        if (sorted) {
            throw new IllegalArgumentException("can't image an order of its own");
        }
        String name = type.getName();
        if (name.startsWith("java.util.ImmutableCollections$") || name.startsWith("java.util.Collections$")) {
            return switch (value) {
                case SortedSet<?> s -> FIXED_SORTED_SET;
                case Set<?> s -> FIXED_SET;
                case SortedMap<?, ?> m -> FIXED_SORTED_MAP;
                case Map<?, ?> m -> FIXED_MAP;
                default -> FIXED_LIST;
            };
        }
        return switch (name) {
            case "java.util.ArrayList", "java.util.Arrays$ArrayList" -> ARRAY_LIST;
            case "java.util.ArrayDeque" -> ARRAY_DEQUE;
            case "java.util.HashSet" -> HASH_SET;
            case "java.util.LinkedHashSet" -> LINKED_SET;
            case "java.util.TreeSet" -> TREE_SET;
            case "java.util.HashMap" -> HASH_MAP;
            case "java.util.LinkedHashMap" -> LINKED_MAP;
            case "java.util.TreeMap" -> TREE_MAP;
            default -> throw new IllegalArgumentException("can't image a " + name);
        };
    }

    /// An empty one to fill.
    Collection<@Nullable Object> collection() {
        return switch (this) {
            case ARRAY_DEQUE -> new ArrayDeque<>();
            case HASH_SET -> new HashSet<>();
            case LINKED_SET, FIXED_SET -> new LinkedHashSet<>();
            case TREE_SET, FIXED_SORTED_SET -> new TreeSet<>();
            default -> new ArrayList<>();
        };
    }

    /// An empty one to fill.
    Map<@Nullable Object, @Nullable Object> map() {
        return switch (this) {
            case HASH_MAP -> new HashMap<>();
            case TREE_MAP, FIXED_SORTED_MAP -> new TreeMap<>();
            default -> new LinkedHashMap<>();
        };
    }

    /// Whether it can be changed, and so be in use before it is full.
    boolean open() {
        return !name().startsWith("FIXED");
    }

    /// What was filled, as it is to be used.
    Object closed(Collection<?> full) {
        return switch (this) {
            case FIXED_LIST -> Collections.unmodifiableList((List<?>) full);
            case FIXED_SET -> Collections.unmodifiableSet((Set<?>) full);
            case FIXED_SORTED_SET -> Collections.unmodifiableSortedSet((SortedSet<?>) full);
            default -> full;
        };
    }

    /// The same for a map.
    Object closed(Map<?, ?> full) {
        return switch (this) {
            case FIXED_MAP -> Collections.unmodifiableSequencedMap((SequencedMap<?, ?>) full);
            case FIXED_SORTED_MAP -> Collections.unmodifiableSortedMap((SortedMap<?, ?>) full);
            default -> full;
        };
    }
}
