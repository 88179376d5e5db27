package io.muster.config;

import com.ctc.wstx.api.WstxInputProperties;
import com.ctc.wstx.stax.WstxInputFactory;
import com.ctc.wstx.stax.WstxOutputFactory;
import com.fasterxml.jackson.dataformat.xml.XmlFactory;
import io.muster.finding.Shown;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.codehaus.stax2.LocationInfo;
import org.codehaus.stax2.XMLStreamReader2;

/// Reads XML text into an [Element] tree with Jackson XML's streaming parser, and knows where
/// everything stands.
///
/// Document types and entities are refused, as are trees deeper or wider than any cluster.conf has
/// reason to be.
final class XmlTree {
    /// Elements within elements; service trees of the documentation have less than ten.
    static final int MAX_DEPTH = 64;

    static final int MAX_ELEMENTS = 50_000;
    static final int MAX_ATTRIBUTES = 200;

    /// Blanks and comments, and then what may only be the first thing in a file.
    private static final Pattern LATE_DECLARATION = Pattern.compile("((?:\\s|<!--(?s:.*?)-->)++)<\\?xml\\s");

    /// What can't be read at all, and where.
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;

        final int line;
        final int column;

        Unreadable(int line, int column, String text) {
            super(text);
            this.line = line;
            this.column = column;
        }
    }

    private static final class Open {
        final String type;
        final int line;
        final int column;
        final int start;
        final int openEnd;
        final Map<String, String> attributes = new LinkedHashMap<>();
        final Map<String, Place.At> places;
        final List<Element> children = new ArrayList<>();
        final StringBuilder text = new StringBuilder();

        Open(String type, int line, int column, int start, int openEnd, Map<String, Place.At> places) {
            this.type = type;
            this.line = line;
            this.column = column;
            this.start = start;
            this.openEnd = openEnd;
            this.places = places;
        }

        Element close(int closeStart, int end) {
            Place place = new Place(start, openEnd, closeStart, end, places);
            return new Element(
                    type, line, column, attributes, children, text.toString().strip(), place);
        }
    }

    /// Made when first needed; safe for all threads once configured.
    private static final class Parser {
        static final XmlFactory JACKSON = jackson();

        private static XmlFactory jackson() {
            // Woodstox by name: looking for providers on the class path would cost a command 20 ms.
            WstxInputFactory stax = new WstxInputFactory();
            stax.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            stax.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            stax.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, false);
            stax.setProperty(XMLInputFactory.IS_COALESCING, true);
            stax.setProperty(WstxInputProperties.P_MAX_ELEMENT_DEPTH, MAX_DEPTH);
            stax.setProperty(WstxInputProperties.P_MAX_ATTRIBUTES_PER_ELEMENT, MAX_ATTRIBUTES);
            return new XmlFactory(stax, new WstxOutputFactory());
        }
    }

    private XmlTree() {}

    static Element parse(String source) throws Unreadable {
        declaration(source);
        try {
            XMLStreamReader2 reader = (XMLStreamReader2)
                    Parser.JACKSON.getXMLInputFactory().createXMLStreamReader(new StringReader(source));
            try {
                return read(reader, source);
            } finally {
                reader.close();
            }
        } catch (XMLStreamException e) {
            throw unreadable(e);
        } catch (RuntimeException e) {
            if (e.getCause() instanceof XMLStreamException late) {
                // Found by a getter, which may not throw what the reader does.
                throw unreadable(late);
            }
            // The parser's own slips on hostile input are the input's fault as far as an operator is
            // concerned.
            throw new Unreadable(0, 0, "not readable as XML (" + e.getClass().getSimpleName() + ")");
        }
    }

    /// The parser only says that a processing instruction can't be called "xml".
    private static void declaration(String source) throws Unreadable {
        Matcher late = LATE_DECLARATION.matcher(source);
        if (late.lookingAt()) {
            String before = late.group(1);
            int line = 1 + (int) before.chars().filter(c -> c == '\n').count();
            throw new Unreadable(
                    line,
                    before.length() - before.lastIndexOf('\n'),
                    (before.isBlank() ? "a blank" : "a comment")
                            + " before <?xml: nothing may stand before it; it must begin the file");
        }
    }

    private static Element read(XMLStreamReader2 reader, String source) throws XMLStreamException, Unreadable {
        Deque<Open> open = new ArrayDeque<>();
        Element root = null;
        int elements = 0;
        while (reader.hasNext()) {
            int event = reader.next();
            LocationInfo at = reader.getLocationInfo();
            switch (event) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++elements > MAX_ELEMENTS) {
                        throw at(at, "more than " + MAX_ELEMENTS + " elements");
                    }
                    open.push(start(reader, at, source));
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    Element done = open.pop().close((int) at.getStartingCharOffset(), (int) at.getEndingCharOffset());
                    Open parent = open.peek();
                    if (parent == null) {
                        root = done;
                    } else {
                        parent.children.add(done);
                    }
                }
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                    Open inside = open.peek();
                    if (inside != null) {
                        inside.text.append(reader.getText());
                    }
                }
                case XMLStreamConstants.DTD -> throw at(at, "a document type (<!DOCTYPE>) isn't allowed here");
                case XMLStreamConstants.ENTITY_REFERENCE -> throw at(at, "entities aren't allowed here");
                default -> {}
            }
        }
        if (root == null) {
            throw new Unreadable(0, 0, "no element at all");
        }
        return root;
    }

    private static Open start(XMLStreamReader2 reader, LocationInfo at, String source) throws XMLStreamException {
        int start = (int) at.getStartingCharOffset();
        int openEnd = (int) at.getEndingCharOffset();
        int line = at.getStartLocation().getLineNumber();
        int column = at.getStartLocation().getColumnNumber();
        Map<String, Place.At> places = attributePlaces(source, start, openEnd, line, column);
        Open element = new Open(reader.getLocalName(), line, column, start, openEnd, places);
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            element.attributes.put(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
        }
        return element;
    }

    /// The parser tells where a tag begins, not where its attributes do; within a tag already known to
    /// be well-formed they are found by their quotes.
    private static Map<String, Place.At> attributePlaces(
            String source, int start, int openEnd, int startLine, int startColumn) {
        Map<String, Place.At> places = new LinkedHashMap<>();
        int line = startLine;
        int column = startColumn;
        int nameStart = -1;
        int nameEnd = -1;
        int nameLine = 0;
        int nameColumn = 0;
        int valueStart = -1;
        char quote = 0;
        boolean tagName = true;
        for (int i = start; i < Math.min(openEnd, source.length()); i++) {
            char c = source.charAt(i);
            boolean blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
            if (quote != 0) {
                if (c == quote) {
                    places.put(
                            source.substring(nameStart, nameEnd),
                            new Place.At(nameLine, nameColumn, nameStart, valueStart, i));
                    quote = 0;
                    nameStart = -1;
                    nameEnd = -1;
                }
            } else if (tagName) {
                tagName = !blank;
            } else if ((c == '"' || c == '\'') && nameEnd >= 0) {
                quote = c;
                valueStart = i + 1;
            } else if ((blank || c == '=') && nameStart >= 0) {
                nameEnd = nameEnd < 0 ? i : nameEnd;
            } else if (!blank && nameStart < 0) {
                nameStart = i;
                nameLine = line;
                nameColumn = column;
            }
            if (c == '\n' || (c == '\r' && (i + 1 >= source.length() || source.charAt(i + 1) != '\n'))) {
                line++;
                column = 1;
            } else {
                column++;
            }
        }
        return places;
    }

    private static Unreadable at(LocationInfo where, String text) {
        var location = where.getStartLocation();
        return new Unreadable(location.getLineNumber(), location.getColumnNumber(), text);
    }

    /// The parser's message without the position it repeats on lines of its own.
    private static Unreadable unreadable(XMLStreamException e) {
        String message = e.getMessage() == null ? "not readable" : e.getMessage();
        int cut = message.indexOf("\n");
        String text = (cut < 0 ? message : message.substring(0, cut)).strip();
        if (text.startsWith("ParseError at")) {
            text = message.substring(message.indexOf("Message:") + 8).strip();
        }
        if (text.toLowerCase(Locale.ROOT).contains("depth limit")) {
            text = "elements nested more than " + MAX_DEPTH + " deep";
        } else if (text.contains("Undeclared general entity")) {
            text = "entities aren't allowed here";
        }
        var where = e.getLocation();
        int line = where == null ? 0 : Math.max(0, where.getLineNumber());
        int column = where == null ? 0 : Math.max(1, where.getColumnNumber());
        return new Unreadable(line, column, "not well-formed XML: " + Shown.of(text, 200));
    }
}
