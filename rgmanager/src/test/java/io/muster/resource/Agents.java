package io.muster.resource;

import io.muster.config.ClusterConfig;
import io.muster.config.ConfigReader;
import io.muster.core.MalformedMessage;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What our agents say of themselves, read from their files without running them, and one more type: an
/// application (`app`) that can recover by itself and be told of changes.
final class Agents {
    static final MetadataSet ALL = read();

    private static final String APP = """
            <resource-agent name="app"><version>1.0</version><parameters>
              <parameter name="name" primary="1"><content type="string"/></parameter>
              <parameter name="mode" reconfig="1"><content type="string" default="plain"/></parameter></parameters>
              <actions><action name="start" timeout="10"/><action name="stop" timeout="10"/>
              <action name="status" interval="20s" timeout="10"/><action name="status" depth="10" interval="1m"/>
              <action name="recover" timeout="10"/><action name="reconfig" timeout="10"/></actions>
            </resource-agent>
            """;

    private Agents() {}

    private static MetadataSet read() {
        var agents = new ArrayList<AgentMetadata>();
        try {
            for (String type : List.of("service", "fs", "ip", "script")) {
                Path file = Path.of("src/main/agents", type + ".sh");
                String text = Files.readString(file);
                int from = text.indexOf("<resource-agent ");
                int to = text.indexOf("</resource-agent>") + "</resource-agent>".length();
                agents.add(MetadataParser.parse(Path.of("/agents", type + ".sh"), text.substring(from, to))
                        .getFirst());
            }
            agents.add(MetadataParser.parse(Path.of("/agents/app.sh"), APP).getFirst());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (MalformedMessage e) {
            throw new IllegalStateException(e);
        }
        return MetadataSet.of(agents, List.of());
    }

    /// The services of a configuration whose `<rm>` holds this.
    static List<ResourceNode> services(String rm) {
        String document = """
                <?xml version="1.0"?>
                <cluster name="c" config_version="1"><clusternodes><clusternode name="n1" nodeid="1"/></clusternodes>
                <rm>%s</rm></cluster>
                """.formatted(rm);
        Reading<ClusterConfig> reading = ConfigReader.parse(document.getBytes(StandardCharsets.UTF_8), "cluster.conf");
        ClusterConfig config = reading.config()
                .orElseThrow(() -> new IllegalArgumentException(reading.errors().stream()
                        .map(Problem::toString)
                        .toList()
                        .toString()));
        ResourceTree tree = ResourceTree.build(config.rm(), ALL);
        if (!tree.flaws().isEmpty()) {
            throw new IllegalArgumentException(tree.flaws().toString());
        }
        return List.copyOf(tree.services().values());
    }
}
