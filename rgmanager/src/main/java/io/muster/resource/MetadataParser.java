package io.muster.resource;

import io.muster.core.MalformedMessage;
import io.muster.resource.AgentMetadata.AgentAction;
import io.muster.resource.AgentMetadata.ChildRule;
import io.muster.resource.AgentMetadata.Parameter;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Reads an agent's metadata document, as OCF has it with rgmanager's additions.
///
/// What stands around the document doesn't make it another one: words before it, which some script that the agent
/// sources has printed, and whatever follows the end of its outermost element. A document may describe several types.
public final class MetadataParser {
    private final Path agent;
    private final List<AgentMetadata> types = new ArrayList<>();
    private String type = "";
    private String version = "1.0";
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<AgentAction> actions = new ArrayList<>();
    private final List<ChildRule> children = new ArrayList<>();
    private int maxInstances;
    private boolean initOnAdd = true;

    private MetadataParser(Path agent) {
        this.agent = agent;
    }

    /// Looking for it in all jars takes longer than any document. It may be used from any thread once it
    /// is set up.
    private static final class Factory {
        static final XMLInputFactory STAX = made();

        private static XMLInputFactory made() {
            XMLInputFactory factory = XMLInputFactory.newFactory();
            // OCF documents name a DTD that nobody has; entities are nobody's business here.
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            return factory;
        }
    }

    /// Parses the document.
    ///
    /// @param agent the program that printed it, for messages
    /// @return the types it describes, at least one
    public static List<AgentMetadata> parse(Path agent, String document) throws MalformedMessage {
        var parser = new MetadataParser(agent);
        try {
            var xml = Factory.STAX.createXMLStreamReader(new StringReader(withoutPreface(document)));
            int depth = 0;
            do {
                switch (xml.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        // The text of an element is read with its end.
                        depth += parser.element(xml) ? 0 : 1;
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        depth--;
                        parser.end(xml);
                    }
                    default -> {}
                }
            } while (xml.hasNext() && (depth > 0 || parser.types.isEmpty()));
        } catch (XMLStreamException e) {
            throw new MalformedMessage(agent + ": meta-data isn't XML: " + firstLine(e));
        }
        if (parser.types.isEmpty()) {
            throw new MalformedMessage(agent + ": meta-data names no resource type");
        }
        return List.copyOf(parser.types);
    }

    private static String withoutPreface(String document) {
        for (String opening : List.of("<?xml", "<!DOCTYPE", "<resource-agent")) {
            int at = document.indexOf(opening);
            if (at >= 0) {
                return document.substring(at);
            }
        }
        return document;
    }

    private static String firstLine(XMLStreamException e) {
        String text = String.valueOf(e.getMessage());
        int end = text.indexOf('\n');
        return (end < 0 ? text : text.substring(0, end)).strip();
    }

    private void end(XMLStreamReader xml) {
        if (!xml.getLocalName().equals("resource-agent")) {
            return;
        }
        if (!type.isEmpty() && !type.equals("action")) {
            types.add(new AgentMetadata(agent, type, version, parameters, actions, children, maxInstances, initOnAdd));
        }
        type = "";
        version = "1.0";
        parameters.clear();
        actions.clear();
        children.clear();
        maxInstances = 0;
        initOnAdd = true;
    }

    /// @return whether its end has been read, too
    private boolean element(XMLStreamReader xml) throws XMLStreamException {
        switch (xml.getLocalName()) {
            case "resource-agent" -> type = attribute(xml, "name").orElse("");
            case "version" -> {
                version = xml.getElementText().strip();
                return true;
            }
            case "parameter" ->
                parameters.add(new Parameter(
                        attribute(xml, "name").orElse(""),
                        // One attribute names a resource: the first that says so.
                        flag(xml, "primary", false) && parameters.stream().noneMatch(Parameter::primary),
                        flag(xml, "unique", false),
                        flag(xml, "required", false),
                        flag(xml, "reconfig", false),
                        attribute(xml, "default"),
                        attribute(xml, "inherit")));
            case "content" -> attribute(xml, "default").ifPresent(this::giveDefault);
            case "action" ->
                actions.add(new AgentAction(
                        attribute(xml, "name").orElse(""),
                        number(xml, "depth"),
                        TimeText.seconds(attribute(xml, "timeout").orElse("")),
                        Math.max(1, TimeText.seconds(attribute(xml, "interval").orElse("")))));
            case "attributes" -> {
                maxInstances = number(xml, "maxinstances");
                initOnAdd = flag(xml, "init_on_add", true);
            }
            case "child" ->
                children.add(new ChildRule(
                        attribute(xml, "type").orElse(""),
                        number(xml, "start"),
                        number(xml, "stop"),
                        flag(xml, "forbid", false)));
            default -> {}
        }
        return false;
    }

    private void giveDefault(String value) {
        if (!parameters.isEmpty()) {
            Parameter last = parameters.removeLast();
            parameters.add(new Parameter(
                    last.name(),
                    last.primary(),
                    last.unique(),
                    last.required(),
                    last.reconfig(),
                    Optional.of(value),
                    last.inherit()));
        }
    }

    private static Optional<String> attribute(XMLStreamReader xml, String name) {
        return Optional.ofNullable(xml.getAttributeValue(null, name));
    }

    private static boolean flag(XMLStreamReader xml, String name, boolean otherwise) {
        return attribute(xml, name).map(Flags::yes).orElse(otherwise);
    }

    private static int number(XMLStreamReader xml, String name) {
        String text = attribute(xml, name).orElse("");
        return text.matches("\\d{1,6}") ? Integer.parseInt(text) : 0;
    }
}
