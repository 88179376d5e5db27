package io.muster.cman.daemon;

import io.muster.config.AltName;
import io.muster.config.ClusterConfig;
import io.muster.config.ClusterNode;
import io.muster.config.ConfigReader;
import io.muster.config.ThisMachine;
import io.muster.config.WhichNode;
import io.muster.config.daemon.Logging;
import io.muster.daemon.Layout;
import io.muster.finding.Problem;
import io.muster.finding.Reading;
import io.muster.transport.ClusterKey;
import io.muster.transport.daemon.Addresses;
import io.muster.transport.daemon.KeyFile;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What cman finds out once, before its loop turns: files, its own name, addresses. Blocks on disk and resolver.
///
/// @param config with the overrides that concern how this node talks
/// @param document the octets of cluster.conf
/// @param me this node
record NodeSetup(
        Layout layout,
        ClusterConfig config,
        JoinOverrides overrides,
        byte[] document,
        ClusterNode me,
        Path keyFile,
        ClusterKey key,
        Addresses addresses) {
    private static final Logger LOG = LoggerFactory.getLogger("cman");

    /// @throws IOException with a message for the operator
    static NodeSetup read(Layout layout) throws IOException {
        Path file = layout.clusterConf();
        byte[] document = document(layout);
        Reading<ClusterConfig> reading = ConfigReader.parse(document, file.toString());
        reading.warnings().forEach(problem -> LOG.warn("{}", problem));
        Optional<ClusterConfig> found = reading.config();
        if (found.isEmpty()) {
            reading.errors().forEach(problem -> LOG.error("{}", problem));
            throw new IOException(
                    reading.errors().stream().findFirst().map(Problem::toString).orElse(file + ": can't be used"));
        }
        Logging.apply("cman", found.get(), layout);
        JoinOverrides overrides = JoinOverrides.of(layout);
        ClusterConfig config = overrides.apply(found.get());
        String given = layout.variable("MUSTER_NODENAME")
                .or(() -> layout.variable("CMAN_NODENAME"))
                .orElse(null);
        WhichNode.Found which = new WhichNode(
                        config.nodes().stream().map(ClusterNode::name).toList(), new ThisMachine())
                .find(given)
                .orElseThrow(() -> new IOException(file + ": "
                        + (given == null
                                ? "no clusternode has a name or address of this machine"
                                : "no clusternode is called \"" + given + "\"")
                        + ": name the node with -n or MUSTER_NODENAME"));
        ClusterNode me = config.node(which.name()).orElseThrow();
        overrides.check(config, me);
        LOG.info("this is node {} ({}), found by {}", me.nodeid(), me.name(), which.step());
        Path keyFile = config.cman().keyfile().map(Path::of).orElse(layout.etc().resolve(KeyFile.NAME));
        Addresses addresses = addresses(config);
        ownAddress(addresses, me.nodeid());
        return new NodeSetup(layout, config, overrides, document, me, keyFile, KeyFile.read(keyFile), addresses);
    }

    /// An address that others can't reach is found now, not when nobody answers. A cluster that lies on
    /// one machine as a whole may use such addresses.
    static void ownAddress(Addresses addresses, int self) throws IOException {
        boolean alone = addresses.all().keySet().stream().allMatch(nodeid -> nodeid == self);
        boolean oneMachine = addresses.all().values().stream()
                .allMatch(links -> links.stream()
                        .allMatch(link ->
                                !link.isUnresolved() && link.getAddress().isLoopbackAddress()));
        for (InetSocketAddress own : addresses.of(self)) {
            if (!alone && !oneMachine && !own.isUnresolved() && own.getAddress().isLoopbackAddress()) {
                throw new IOException(own.getHostString() + ": this node's own name is "
                        + own.getAddress().getHostAddress() + ", where no other node can reach it: give it its address "
                        + "on the network in /etc/hosts (Debian's installer writes a line with 127.0.1.1: remove it)");
            }
        }
    }

    /// @throws IOException also when there is none, with what to do about it: who the others are is in that
    ///     file, so that nobody can be asked for it
    private static byte[] document(Layout layout) throws IOException {
        Path file = layout.clusterConf();
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            Path key = layout.etc().resolve(KeyFile.NAME);
            String how = Files.exists(key)
                    ? "this node has the cluster's key, so copy the file from a member, whatever its version: scp -p"
                            + " MEMBER:" + file + " " + file + "; ccsd keeps it up to date from then on"
                    : "copy it and " + key.getFileName() + " from a member; of a new cluster, make them with"
                            + " ccs_tool create and muster keygen";
            throw new IOException("there is no file " + file + ": " + how, e);
        } catch (AccessDeniedException e) {
            throw new IOException(file + " can't be read: permission denied", e);
        }
    }

    /// Link 0 goes by the nodes' names, each altname is one more.
    static Addresses addresses(ClusterConfig config) {
        SortedMap<Integer, List<Addresses.Name>> names = new TreeMap<>();
        for (ClusterNode node : config.nodes()) {
            List<Addresses.Name> links = new ArrayList<>();
            links.add(new Addresses.Name(node.name(), config.cman().port()));
            for (AltName alt : node.altnames()) {
                links.add(new Addresses.Name(
                        alt.name(), alt.port().orElse(config.cman().port())));
            }
            names.put(node.nodeid(), links);
        }
        Addresses addresses = Addresses.resolve(names);
        addresses
                .unresolved()
                .forEach(host -> LOG.warn(
                        "{}: this name has no address: no ring with that node before it has one, see /etc/hosts",
                        host));
        return addresses;
    }
}
