package io.muster.config;

import io.muster.cli.Nearest;
import io.muster.finding.Findings;
import io.muster.finding.Shown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Holds a tree against [Schema], element by element. Everything below `<rm>` that isn't rgmanager's
/// own is left to [RmRules], agents' attributes to [FenceRules].
final class SchemaCheck {
    private final Findings findings;

    SchemaCheck(Findings findings) {
        this.findings = findings;
    }

    /// @param parent the type of the element it is in; empty for the outermost
    void check(Element element, Rule rule, String parent) {
        if (rule.ignored != null) {
            findings.warn(element, "ignored: " + rule.ignored);
            return;
        }
        element.attributes().forEach((name, value) -> attribute(element, rule, parent, name, value));
        for (Rule.Attribute attribute : rule.attributes.values()) {
            if (attribute.required() && !element.attributes().containsKey(attribute.name())) {
                List<String> unknown = new ArrayList<>(element.attributes().keySet());
                unknown.removeAll(rule.attributes.keySet());
                String written = Nearest.to(attribute.name(), unknown).orElse(null);
                findings.error(
                        element,
                        "attribute \"" + attribute.name() + "\" is missing"
                                + (written == null ? "" : "; is \"" + written + "\" meant to be it?"));
            }
        }
        text(findings, element);
        children(element, rule);
    }

    /// Text between tags is what is left of an attribute, or of a comment, that was cut short.
    static void text(Findings findings, Element element) {
        if (!element.text().isEmpty() && !element.type().equals("event")) {
            findings.warn(element, "text in it has no effect: \"" + Shown.of(element.text()) + "\"");
        }
    }

    private void children(Element element, Rule rule) {
        Map<String, Integer> firstLine = new TreeMap<>();
        for (Element child : element.children()) {
            Rule childRule = rule.children.get(child.type());
            if (childRule == null) {
                if (!rule.anyChildren) {
                    findings.error(
                            child,
                            "unknown element in <" + element.type() + ">"
                                    + Nearest.hint(child.type(), rule.children.keySet()));
                }
                continue;
            }
            Integer first = firstLine.putIfAbsent(child.type(), child.line());
            if (first != null && childRule.once) {
                findings.warn(child, "ignored: only the first <" + child.type() + ">, in line " + first + ", counts");
            }
            NoEffect.ofElement(child.type(), element.type())
                    .ifPresent(why -> findings.warn(child, "has no effect here: " + why));
            check(child, childRule, element.type());
        }
    }

    private void attribute(Element element, Rule rule, String parent, String name, String value) {
        Rule.Attribute attribute = rule.attributes.get(name);
        if (attribute == null) {
            if (!rule.open) {
                findings.error(
                        element,
                        name,
                        "unknown attribute \"" + Shown.of(name) + "\"" + Nearest.hint(name, rule.attributes.keySet()));
            }
            return;
        }
        if (attribute.doubt() != null) {
            findings.warn(element, name, "attribute \"" + name + "\" is accepted: " + attribute.doubt());
        }
        NoEffect.ofValue(element.type(), parent, name, value)
                .ifPresent(
                        why -> findings.warn(element, name, "attribute \"" + name + "\" has no effect here: " + why));
        String wrong = wrong(attribute, value);
        if (!wrong.isEmpty()) {
            findings.error(element, name, name + "=\"" + Shown.of(value) + "\": " + wrong);
        }
    }

    /// What is wrong with a value; empty if nothing is.
    private static String wrong(Rule.Attribute attribute, String value) {
        return switch (attribute.kind()) {
            case Rule.Kind.Text _ -> attribute.required() && value.isBlank() ? "must not be empty" : "";
            case Rule.Kind.Flag _ -> Rule.isFlag(value) ? "" : "must be 0 or 1 (or no, yes)";
            case Rule.Kind.Word(List<String> words) ->
                words.contains(value) ? "" : "must be one of " + String.join(", ", words) + Nearest.hint(value, words);
            case Rule.Kind.Count(long min, long max) -> number(value, min, max);
        };
    }

    static String number(String value, long min, long max) {
        if (!value.matches("[-+]?[0-9]+")) {
            return "must be a number";
        }
        boolean tooLong = value.length() > 18;
        long number = tooLong ? 0 : Long.parseLong(value);
        if (!tooLong && number >= min && number <= max) {
            return "";
        }
        return min > Integer.MIN_VALUE && max < Integer.MAX_VALUE
                ? "must be " + min + " to " + max
                : !tooLong && number < min ? "must be at least " + min : "must be at most " + max;
    }
}
