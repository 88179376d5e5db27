package io.muster.config;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the schema says about one element, immutable: each method gives a rule that says more.
final class Rule {
    static final List<String> YES = List.of("1", "yes", "on", "true");
    static final List<String> NO = List.of("0", "no", "off", "false");

    /// What an attribute's value may be.
    sealed interface Kind {
        record Text() implements Kind {}

        record Count(long min, long max) implements Kind {}

        record Flag() implements Kind {}

        record Word(List<String> words) implements Kind {}
    }

    /// @param doubt why the attribute deserves a warning although it is accepted; null if it doesn't
    record Attribute(
            String name,
            Kind kind,
            boolean required,
            @Nullable String doubt) {}

    final String type;
    final Map<String, Attribute> attributes;
    final Map<String, Rule> children;
    /// At most one of its kind in its parent; of several only the first counts.
    final boolean once;
    /// Has attributes that only agents know.
    final boolean open;
    /// Its children are somebody else's business.
    final boolean anyChildren;
    /// Why the element is accepted but does nothing.
    final @Nullable String ignored;

    Rule(String type) {
        this(type, Map.of(), Map.of(), false, false, false, null);
    }

    private Rule(
            String type,
            Map<String, Attribute> attributes,
            Map<String, Rule> children,
            boolean once,
            boolean open,
            boolean anyChildren,
            @Nullable String ignored) {
        this.type = type;
        this.attributes = attributes;
        this.children = children;
        this.once = once;
        this.open = open;
        this.anyChildren = anyChildren;
        this.ignored = ignored;
    }

    static boolean isYes(String value) {
        return YES.contains(value.toLowerCase(Locale.ROOT));
    }

    static boolean isFlag(String value) {
        return isYes(value) || NO.contains(value.toLowerCase(Locale.ROOT));
    }

    Rule text(String... names) {
        return and(new Kind.Text(), false, names);
    }

    Rule need(String... names) {
        return and(new Kind.Text(), true, names);
    }

    Rule number(long min, long max, String... names) {
        return and(new Kind.Count(min, max), false, names);
    }

    Rule needNumber(long min, long max, String name) {
        return and(new Kind.Count(min, max), true, name);
    }

    Rule flag(String... names) {
        return and(new Kind.Flag(), false, names);
    }

    Rule word(String name, String... words) {
        return and(new Kind.Word(List.of(words)), false, name);
    }

    private Rule and(Kind kind, boolean required, String... names) {
        var all = new LinkedHashMap<>(attributes);
        for (String name : names) {
            all.put(name, new Attribute(name, kind, required, null));
        }
        return withAttributes(all);
    }

    /// Makes an attribute already there a doubtful one.
    Rule doubtful(String name, String why) {
        var all = new LinkedHashMap<>(attributes);
        all.computeIfPresent(name, (n, a) -> new Attribute(n, a.kind, a.required, why));
        return withAttributes(all);
    }

    private Rule withAttributes(Map<String, Attribute> all) {
        return new Rule(type, Collections.unmodifiableMap(all), children, once, open, anyChildren, ignored);
    }

    Rule once() {
        return new Rule(type, attributes, children, true, open, anyChildren, ignored);
    }

    Rule open() {
        return new Rule(type, attributes, children, once, true, anyChildren, ignored);
    }

    Rule anyChildren() {
        return new Rule(type, attributes, children, once, open, true, ignored);
    }

    Rule ignored(String why) {
        return new Rule(type, attributes, children, once, true, true, why);
    }

    Rule with(Rule... rules) {
        var all = new LinkedHashMap<>(children);
        Arrays.stream(rules).forEach(rule -> all.put(rule.type, rule));
        return new Rule(type, attributes, Collections.unmodifiableMap(all), once, open, anyChildren, ignored);
    }
}
