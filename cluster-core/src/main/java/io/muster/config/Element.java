package io.muster.config;

import io.muster.finding.Placed;
import io.muster.finding.Shown;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An element of cluster.conf as it stands in the file: order is kept, since among resources order is meaning.
///
/// Two elements that say the same at different places aren't equal; [#sameAs] compares what they say.
///
/// @param type the tag's name
/// @param line of the tag, from 1
/// @param column of the tag, from 1, in characters
/// @param attributes in document order, unmodifiable
/// @param text character data directly inside, stripped; mostly empty
/// @param place where its parts stand in the file
public record Element(
        String type,
        int line,
        int column,
        Map<String, String> attributes,
        List<Element> children,
        String text,
        Place place)
        implements Placed {
    public Element {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        children = List.copyOf(children);
    }

    /// An element of which no more than its tag's position is known.
    public Element(String type, int line, int column, Map<String, String> attributes, List<Element> children) {
        this(type, line, column, attributes, children, "", Place.NONE);
    }

    /// The attribute's value, or null when it isn't there.
    public @Nullable String attribute(String name) {
        return attributes.get(name);
    }

    /// The attribute's value, or `fallback` when it isn't there.
    public String attribute(String name, String fallback) {
        String value = attributes.get(name);
        return value == null ? fallback : value;
    }

    /// The children of a type, in document order.
    public List<Element> children(String childType) {
        return children.stream().filter(child -> child.type.equals(childType)).toList();
    }

    /// The first child of a type, or null.
    public @Nullable Element child(String childType) {
        for (Element child : children) {
            if (child.type.equals(childType)) {
                return child;
            }
        }
        return null;
    }

    /// Whether both say the same, wherever they stand: type, attributes (in any order), text and children (in
    /// this order).
    public boolean sameAs(Element other) {
        if (!type.equals(other.type)
                || !attributes.equals(other.attributes)
                || !text.equals(other.text)
                || children.size() != other.children.size()) {
            return false;
        }
        for (int i = 0; i < children.size(); i++) {
            if (!children.get(i).sameAs(other.children.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String subject() {
        return tag();
    }

    /// Where an attribute stands, under this element's name; the element's own place when that isn't known.
    @Override
    public Placed part(String name) {
        Place.At at = place.attributes().get(name);
        return at == null ? this : new Part(tag(), at);
    }

    private record Part(String subject, Place.At at) implements Placed {
        @Override
        public int line() {
            return at.line();
        }

        @Override
        public int column() {
            return at.column();
        }
    }

    /// How messages call it: `<fencedevice name="apc1">`.
    public String tag() {
        for (String key : List.of("name", "ref", "address", "program", "label", "ringnumber")) {
            String value = attributes.get(key);
            if (value != null) {
                return "<" + type + " " + key + "=\"" + Shown.of(value) + "\">";
            }
        }
        return "<" + type + ">";
    }
}
