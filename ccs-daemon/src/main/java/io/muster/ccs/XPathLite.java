package io.muster.ccs;

import io.muster.config.Element;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The part of XPath that clients of ccsd use: absolute paths of names or `*`, `//`, predicates `[n]` (from 1),
/// `[@k]` and `[@k="v"]`, and at the end an element, `@k`, `@*`, `child::*` or `text()`.
///
/// `@*` and `child::*` come as `name=value`, everything else as bare text.
public final class XPathLite {
    /// The query isn't XPath, or more of it than there is here.
    public static final class BadPath extends Exception {
        private static final long serialVersionUID = 1;

        BadPath(String query, String why) {
            super(query + ": " + why);
        }
    }

    private static final int MAX_LENGTH = 4096;
    private static final Pattern STEP =
            Pattern.compile("(//?)(@\\*|@[\\w.:-]+|child::\\*|child::[\\w.-]+|text\\(\\)|\\*|\\.|[\\w.-]+)"
                    + "((?:\\[[^\\]\"']*(?:\"[^\"]*\"|'[^']*')?\\s*\\])*)");
    private static final Pattern PREDICATE =
            Pattern.compile("\\[\\s*(?:(\\d{1,9})|@([\\w.:-]+)(?:\\s*=\\s*(?:\"([^\"]*)\"|'([^']*)'))?)\\s*\\]");

    private XPathLite() {}

    /// All matches, in document order.
    public static List<String> find(Element root, String query) throws BadPath {
        if (query.length() > MAX_LENGTH || !query.startsWith("/")) {
            throw new BadPath(query, "a path starts with /");
        }
        // The document itself, whose only child is the root.
        List<Element> at = List.of(new Element("", 0, 0, Map.of(), List.of(root)));
        Matcher step = STEP.matcher(query);
        int end = 0;
        while (end < query.length()) {
            if (!step.find(end) || step.start() != end) {
                throw new BadPath(query, "not understood from character " + (end + 1));
            }
            end = step.end();
            boolean deep = step.group(1).equals("//");
            String test = step.group(2);
            List<Element> from = deep ? descendants(at) : at;
            boolean last = end == query.length();
            if (test.startsWith("@") || test.equals("text()") || (test.equals("child::*") && last)) {
                if (!last || !step.group(3).isEmpty()) {
                    throw new BadPath(query, test + " must be the end");
                }
                return values(from, test);
            }
            at = children(from, test.startsWith("child::") ? test.substring(7) : test, step.group(3), query);
        }
        return at.stream().map(Element::text).toList();
    }

    private static List<String> values(List<Element> from, String test) {
        List<String> values = new ArrayList<>();
        for (Element element : from) {
            switch (test) {
                case "@*" -> element.attributes().forEach((name, value) -> values.add(name + "=" + value));
                case "child::*" -> element.children().forEach(child -> values.add(child.type() + "=" + child.text()));
                case "text()" -> {
                    if (!element.text().isEmpty()) {
                        values.add(element.text());
                    }
                }
                default -> {
                    String value = element.attribute(test.substring(1));
                    if (value != null) {
                        values.add(value);
                    }
                }
            }
        }
        return values;
    }

    private static List<Element> children(List<Element> from, String name, String predicates, String query)
            throws BadPath {
        if (name.equals(".")) {
            return from;
        }
        List<Element> found = new ArrayList<>();
        for (Element parent : from) {
            List<Element> children = name.equals("*") ? parent.children() : parent.children(name);
            found.addAll(filter(children, predicates, query));
        }
        return found;
    }

    private static List<Element> filter(List<Element> elements, String predicates, String query) throws BadPath {
        List<Element> left = elements;
        Matcher predicate = PREDICATE.matcher(predicates);
        int end = 0;
        while (end < predicates.length()) {
            if (!predicate.find(end) || predicate.start() != end) {
                throw new BadPath(query, "predicate " + predicates.substring(end) + " isn't understood");
            }
            end = predicate.end();
            String number = predicate.group(1);
            if (number != null) {
                int index = Integer.parseInt(number);
                left = index >= 1 && index <= left.size() ? List.of(left.get(index - 1)) : List.of();
            } else {
                String key = predicate.group(2);
                String quoted = predicate.group(3) != null ? predicate.group(3) : predicate.group(4);
                left = left.stream()
                        .filter(e -> quoted == null ? e.attribute(key) != null : quoted.equals(e.attribute(key)))
                        .toList();
            }
        }
        return left;
    }

    /// Each with everything inside it, in document order, nobody twice.
    private static List<Element> descendants(List<Element> from) {
        Set<Element> all = new LinkedHashSet<>();
        from.forEach(element -> descend(element, all));
        return List.copyOf(all);
    }

    private static void descend(Element element, Set<Element> all) {
        all.add(element);
        element.children().forEach(child -> descend(child, all));
    }
}
