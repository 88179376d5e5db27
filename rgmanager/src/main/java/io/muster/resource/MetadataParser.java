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
public final class MetadataParser {
    private String type = "";
    private String version = "1.0";
    private final List<Parameter> parameters = new ArrayList<>();
    private final List<AgentAction> actions = new ArrayList<>();
    private final List<ChildRule> children = new ArrayList<>();
    private int maxInstances;
    private boolean initOnAdd = true;

    private MetadataParser() {}

    /// Looking for it in all jars takes longer than any document. It may be used from any thread once it is set up.
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
    public static AgentMetadata parse(Path agent, String document) throws MalformedMessage {
        var parser = new MetadataParser();
        try {
            var xml = Factory.STAX.createXMLStreamReader(new StringReader(document));
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT) {
                    parser.element(xml);
                }
            }
        } catch (XMLStreamException e) {
            throw new MalformedMessage(agent + ": meta-data isn't XML: " + e.getMessage());
        }
        if (parser.type.isEmpty() || parser.type.equals("action")) {
            throw new MalformedMessage(agent + ": meta-data names no resource type");
        }
        return new AgentMetadata(
                agent,
                parser.type,
                parser.version,
                parser.parameters,
                parser.actions,
                parser.children,
                parser.maxInstances,
                parser.initOnAdd);
    }

    private void element(XMLStreamReader xml) throws XMLStreamException {
        switch (xml.getLocalName()) {
            case "resource-agent" -> type = attribute(xml, "name").orElse("");
            case "version" -> version = xml.getElementText().strip();
            case "parameter" ->
                parameters.add(new Parameter(
                        attribute(xml, "name").orElse(""),
                        flag(xml, "primary", false),
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
