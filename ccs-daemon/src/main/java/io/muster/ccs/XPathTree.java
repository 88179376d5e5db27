package io.muster.ccs;

import io.muster.config.Element;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathEvaluationResult;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import javax.xml.xpath.XPathFactoryConfigurationException;
import javax.xml.xpath.XPathNodes;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Attr;
import org.w3c.dom.Document;
import org.w3c.dom.Node;

/// A configuration that can be asked in XPath 1.0, all of it, as ccsd of RHEL 5 could with libxml2;
/// Java's own evaluator does the work, and its limits are what keeps an expression from growing without
/// bound.
///
/// What ends in `@*` or `child::*` comes as `name=value`, everything else as bare text: of an element
/// what stands directly in it. A number without a fraction has none here either; a truth is `true` or
/// `false`.
///
/// Thread: one at a time.
public final class XPathTree {
    /// The query isn't XPath.
    public static final class BadPath extends Exception {
        private static final long serialVersionUID = 1;

        BadPath(String query, Throwable why) {
            super(query + ": " + why.getMessage(), why);
        }
    }

    private static final int MAX_LENGTH = 4096;
    private static final String ELEMENT = "muster";

    private final Element root;
    private @Nullable Document document;

    /// Costs nothing until it is asked.
    public XPathTree(Element root) {
        this.root = root;
    }

    Element root() {
        return root;
    }

    /// All matches, in document order; a number, a text or a truth is one match.
    public List<String> find(String query) throws BadPath {
        if (query.length() > MAX_LENGTH) {
            throw new BadPath(query.substring(0, 32), new IllegalArgumentException("longer than " + MAX_LENGTH));
        }
        try {
            XPathEvaluationResult<?> found = factory().newXPath().evaluateExpression(query, document());
            return switch (found.value()) {
                case XPathNodes nodes -> values(nodes, query.strip());
                case Double number -> List.of(number(number));
                case null -> List.of();
                case Object word -> List.of(word.toString());
            };
        } catch (XPathExpressionException | RuntimeException | StackOverflowError e) {
            // The evaluator's own slips on an odd query are the query's fault as far as a client is
            // concerned.
            throw new BadPath(query, e);
        }
    }

    private static XPathFactory factory() {
        try {
            XPathFactory factory = XPathFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return factory;
        } catch (XPathFactoryConfigurationException e) {
            throw new IllegalStateException("this Java's XPath can't be confined", e);
        }
    }

    private Document document() {
        Document made = document;
        if (made == null) {
            try {
                made = DocumentBuilderFactory.newDefaultInstance()
                        .newDocumentBuilder()
                        .newDocument();
            } catch (ParserConfigurationException e) {
                throw new IllegalStateException("this Java has no DOM", e);
            }
            made.appendChild(node(root, made));
            document = made;
        }
        return made;
    }

    private static Node node(Element element, Document document) {
        org.w3c.dom.Element node = document.createElement(element.type());
        node.setUserData(ELEMENT, element, null);
        element.attributes().forEach(node::setAttribute);
        if (!element.text().isEmpty()) {
            node.appendChild(document.createTextNode(element.text()));
        }
        element.children().forEach(child -> node.appendChild(node(child, document)));
        return node;
    }

    private static List<String> values(XPathNodes nodes, String query) {
        boolean named = query.endsWith("@*") || query.endsWith("child::*") || query.endsWith("attribute::*");
        List<String> values = new ArrayList<>();
        org.w3c.dom.Element former = null;
        for (Node node : nodes) {
            if (named && node instanceof Attr attribute) {
                // In the order of the file, which the DOM doesn't keep.
                if (attribute.getOwnerElement() != former) {
                    former = attribute.getOwnerElement();
                    element(former).attributes().forEach((name, value) -> values.add(name + "=" + value));
                }
            } else {
                values.add(named ? node.getNodeName() + "=" + text(node) : text(node));
            }
        }
        return values;
    }

    private static String text(Node node) {
        return switch (node.getNodeType()) {
            case Node.ELEMENT_NODE -> element(node).text();
            case Node.DOCUMENT_NODE -> "";
            default -> node.getNodeValue();
        };
    }

    private static Element element(Node node) {
        return (Element) node.getUserData(ELEMENT);
    }

    private static String number(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? String.valueOf((long) number)
                : String.valueOf(number);
    }
}
