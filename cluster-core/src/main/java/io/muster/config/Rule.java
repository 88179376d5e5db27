package io.muster.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the schema says about one element. Built once by [Schema]; not changed afterwards.
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
    final Map<String, Attribute> attributes = new LinkedHashMap<>();
    final Map<String, Rule> children = new LinkedHashMap<>();
    /// At most one of its kind in its parent; of several only the first counts.
    boolean once;
    /// Has attributes that only agents know.
    boolean open;
    /// Its children are somebody else's business.
    boolean anyChildren;
    /// Why the element is accepted but does nothing.
    @Nullable
    String ignored;

    Rule(String type) {
        this.type = type;
    }

    static boolean isYes(String value) {
        return YES.contains(value.toLowerCase(Locale.ROOT));
    }

    static boolean isFlag(String value) {
        return isYes(value) || NO.contains(value.toLowerCase(Locale.ROOT));
    }

    Rule text(String... names) {
        for (String name : names) {
            attributes.put(name, new Attribute(name, new Kind.Text(), false, null));
        }
        return this;
    }

    Rule need(String... names) {
        for (String name : names) {
            attributes.put(name, new Attribute(name, new Kind.Text(), true, null));
        }
        return this;
    }

    Rule number(long min, long max, String... names) {
        for (String name : names) {
            attributes.put(name, new Attribute(name, new Kind.Count(min, max), false, null));
        }
        return this;
    }

    Rule needNumber(long min, long max, String name) {
        attributes.put(name, new Attribute(name, new Kind.Count(min, max), true, null));
        return this;
    }

    Rule flag(String... names) {
        for (String name : names) {
            attributes.put(name, new Attribute(name, new Kind.Flag(), false, null));
        }
        return this;
    }

    Rule word(String name, String... words) {
        attributes.put(name, new Attribute(name, new Kind.Word(List.of(words)), false, null));
        return this;
    }

    /// Makes an attribute already there a doubtful one.
    Rule doubtful(String name, String why) {
        attributes.computeIfPresent(name, (n, a) -> new Attribute(n, a.kind, a.required, why));
        return this;
    }

    Rule once() {
        once = true;
        return this;
    }

    Rule open() {
        open = true;
        return this;
    }

    Rule anyChildren() {
        anyChildren = true;
        return this;
    }

    Rule ignored(String why) {
        ignored = why;
        open = true;
        anyChildren = true;
        return this;
    }

    Rule with(Rule... rules) {
        Arrays.stream(rules).forEach(rule -> children.put(rule.type, rule));
        return this;
    }
}
