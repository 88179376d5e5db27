package io.muster.config;

import io.muster.finding.ConfigInvalid;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Changes a cluster.conf where it must change and nowhere else: comments, order and indentation stay as they
/// are.
///
/// Edits refer to elements of [#root] as it was read; they are put into the text by [#octets], all at once.
/// Edits must not overlap: nothing may be changed inside an element that is removed.
public final class ConfigEditor {
    private record Edit(int start, int end, String text) {}

    private static final String INDENT = "  ";

    private final String source;
    private final Charset charset;
    private final Element root;
    /// By place; insertions at one place keep their order.
    private final TreeMap<Integer, List<Edit>> edits = new TreeMap<>();

    private ConfigEditor(String source, Charset charset, Element root) {
        this.source = source;
        this.charset = charset;
        this.root = root;
    }

    /// Begins with a file that need not be valid, only readable as a tree.
    public static ConfigEditor of(byte[] octets, String fileName) throws ConfigInvalid {
        Element root = ConfigReader.parseTree(octets, fileName);
        try {
            return new ConfigEditor(SourceText.decode(octets), SourceText.charset(octets), root);
        } catch (XmlTree.Unreadable e) {
            throw new IllegalStateException("a tree without a text", e);
        }
    }

    /// As read, without the edits.
    public Element root() {
        return root;
    }

    /// Sets an attribute, at the end of the tag if it isn't there yet.
    public void set(Element element, String name, String value) {
        Place.At at = element.place().attributes().get(name);
        if (at != null) {
            add(new Edit(at.valueStart(), at.valueEnd(), escaped(value)));
        } else {
            int end = element.place().openEnd() - (selfClosing(element) ? 2 : 1);
            while (end > 0 && source.charAt(end - 1) == ' ') {
                end--;
            }
            add(new Edit(end, end, " " + name + "=\"" + escaped(value) + "\""));
        }
    }

    /// Appends a child to an element, indented like its siblings.
    ///
    /// @param lines of the child, indented relative to itself
    public void append(Element parent, List<String> lines) {
        String outer = indentation(parent.place().start());
        String inner = parent.children().isEmpty()
                ? outer + INDENT
                : indentation(parent.children().getFirst().place().start());
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append('\n').append(inner).append(line));
        if (selfClosing(parent)) {
            int slash = parent.place().openEnd() - 2;
            int from = slash;
            while (from > 0 && source.charAt(from - 1) == ' ') {
                from--;
            }
            add(new Edit(from, parent.place().openEnd(), ">" + text + "\n" + outer + "</" + parent.type() + ">"));
            return;
        }
        // Behind the last thing in it, so that the closing tag keeps its own line.
        int at = parent.place().closeStart();
        while (at > parent.place().openEnd() && Character.isWhitespace(source.charAt(at - 1))) {
            at--;
        }
        boolean ownLine = source.substring(at, parent.place().closeStart()).contains("\n");
        add(new Edit(at, ownLine ? at : parent.place().closeStart(), ownLine ? text.toString() : text + "\n" + outer));
    }

    /// Removes an element, and its line if nothing else is on it.
    public void remove(Element element) {
        int start = element.place().start();
        int end = element.place().end();
        int lineStart = start;
        while (lineStart > 0 && (source.charAt(lineStart - 1) == ' ' || source.charAt(lineStart - 1) == '\t')) {
            lineStart--;
        }
        boolean first = lineStart == 0 || source.charAt(lineStart - 1) == '\n';
        boolean last = end < source.length() && source.charAt(end) == '\n';
        if (first && last) {
            start = lineStart;
            end++;
        }
        add(new Edit(start, end, ""));
    }

    /// One more than the present version, which is 0 where there is none.
    ///
    /// @return the new one
    public int nextVersion() {
        int next = Values.number(root, "config_version", 0) + 1;
        set(root, "config_version", String.valueOf(next));
        return next;
    }

    /// The text with all edits.
    public byte[] octets() {
        StringBuilder text = new StringBuilder(source);
        for (List<Edit> here : edits.descendingMap().values()) {
            StringBuilder joined = new StringBuilder();
            int end = here.getFirst().end();
            for (Edit edit : here) {
                joined.append(edit.text());
                end = Math.max(end, edit.end());
            }
            text.replace(here.getFirst().start(), end, joined.toString());
        }
        return text.toString().getBytes(charset);
    }

    /// `<device name="x" port="1"/>`, values escaped.
    public static String tag(String type, Map<String, String> attributes, boolean empty) {
        StringBuilder tag = new StringBuilder("<").append(type);
        attributes.forEach((name, value) -> tag.append(' ')
                .append(name)
                .append("=\"")
                .append(escaped(value))
                .append('"'));
        return tag.append(empty ? "/>" : ">").toString();
    }

    private static String escaped(String value) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '"' -> text.append("&quot;");
                case '\'' -> text.append("&apos;");
                default -> {
                    if (c < ' ') {
                        text.append(String.format(Locale.ROOT, "&#%d;", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        return text.toString();
    }

    private void add(Edit edit) {
        edits.computeIfAbsent(edit.start, _ -> new ArrayList<>()).add(edit);
    }

    private boolean selfClosing(Element element) {
        return element.place().openEnd() >= 2 && source.charAt(element.place().openEnd() - 2) == '/';
    }

    /// The white space before an offset, if there is nothing else on its line.
    private String indentation(int offset) {
        int start = offset;
        while (start > 0 && (source.charAt(start - 1) == ' ' || source.charAt(start - 1) == '\t')) {
            start--;
        }
        return start == 0 || source.charAt(start - 1) == '\n' ? source.substring(start, offset) : "";
    }
}
