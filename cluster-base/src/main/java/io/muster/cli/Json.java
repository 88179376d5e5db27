package io.muster.cli;

import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Writes JSON (RFC 8259) on one line, in the order given.
///
/// | Java | JSON |
/// |---|---|
/// | map | object; its keys as text |
/// | iterable, stream | array; a stream is worked off element by element, so that long lists need little room |
/// | double | number with one digit after the point, since a command prints what it has measured; not finite: null |
/// | any other number | as it prints itself |
/// | boolean | true, false |
/// | optional | its value, or null |
/// | anything else | text |
///
/// In text only what must be escaped is: quotation mark, reverse solidus and control characters.
///
/// Thread: any. Commands load this class: it stays free of everything but the JDK.
public final class Json {
    private final StringBuilder out = new StringBuilder(256);

    private Json() {}

    public static String text(Object value) {
        var json = new Json();
        json.value(value);
        return json.out.toString();
    }

    private void value(Object value) {
        switch (value) {
            case Map<?, ?> map -> object(map);
            case Iterable<?> items -> array(items.iterator());
            case Stream<?> items -> array(items.iterator());
            case Double number when !Double.isFinite(number) -> out.append("null");
            case Double number -> out.append(String.format(Locale.ROOT, "%.1f", number));
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth);
            case Optional<?> optional when optional.isPresent() -> value(optional.get());
            case Optional<?> absent -> out.append("null");
            default -> quote(value.toString());
        }
    }

    private void object(Map<?, ?> map) {
        out.append('{');
        String before = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(before);
            quote(String.valueOf(entry.getKey()));
            out.append(':');
            value(entry.getValue());
            before = ",";
        }
        out.append('}');
    }

    private void array(Iterator<?> items) {
        out.append('[');
        while (items.hasNext()) {
            value(items.next());
            out.append(items.hasNext() ? "," : "");
        }
        out.append(']');
    }

    private void quote(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
