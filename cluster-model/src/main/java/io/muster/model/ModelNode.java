package io.muster.model;

import io.muster.config.ClusterConfig;
import io.muster.config.LastReading;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.daemon.Layout;
import io.muster.member.daemon.MemberDaemon;
import io.muster.member.daemon.MemberDaemon.Around;
import io.muster.simulator.OnNode;
import io.muster.simulator.SimFiles;
import io.muster.simulator.SimLoop;
import io.muster.simulator.SimMachine;
import io.muster.simulator.SimNode;
import io.muster.simulator.SimWire;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One computer of the model: its disk, its cman, its daemons.
public final class ModelNode {
    private record Running(SimMachine machine, Object daemon) {}

    private final ModelCluster cluster;
    private final int nodeid;
    private final SimNode machine;
    private final SimFiles files = new SimFiles();
    private final LastReading lastRead = new LastReading();
    private final Layout layout;
    private final SortedMap<String, Running> daemons = new TreeMap<>();
    private @Nullable ModelCman cman;

    ModelNode(ModelCluster cluster, int nodeid, byte[] document) {
        this.cluster = cluster;
        this.nodeid = nodeid;
        this.machine = new SimNode(cluster.simulation(), nodeid);
        this.layout = Layout.under(Path.of("/sim/n" + nodeid));
        files.put(layout.clusterConf(), document);
    }

    public ModelCluster cluster() {
        return cluster;
    }

    public int nodeid() {
        return nodeid;
    }

    public SimNode machine() {
        return machine;
    }

    public SimFiles files() {
        return files;
    }

    public Layout layout() {
        return layout;
    }

    /// The cluster.conf on its disk.
    public byte[] document() {
        return files.read(layout.clusterConf(), Integer.MAX_VALUE).orElseThrow();
    }

    public Optional<ModelCman> cman() {
        return Optional.ofNullable(cman);
    }

    /// Whether the cluster.conf on its disk names it.
    public boolean named() {
        return config().flatMap(config -> config.node(nodeid)).isPresent();
    }

    /// What the cluster.conf on its disk says; empty for one that isn't valid.
    Optional<ClusterConfig> config() {
        return lastRead.config(document());
    }

    /// This run of the node; empty where no cman runs.
    public Optional<Node> run() {
        return cman().map(ModelCman::self);
    }

    /// What runs under a unit's name, while its process lives.
    public <D> Optional<D> daemon(String unit, Class<D> type) {
        Running running = daemons.get(unit);
        return running == null || !running.machine.process().alive()
                ? Optional.empty()
                : Optional.of(type.cast(running.daemon));
    }

    /// The process of a unit, while it lives.
    public Optional<SimLoop> process(String unit) {
        return Optional.ofNullable(daemons.get(unit))
                .map(running -> running.machine.process())
                .filter(OnNode::alive);
    }

    public void say(String text) {
        cluster.say("node " + nodeid + ": " + text);
    }

    public int random(int least, int most) {
        return least + cluster.simulation().dice().nextInt(most - least + 1);
    }

    /// Does something later if the machine is then still in the same life, and once it isn't stopped.
    public void later(int ms, Runnable what) {
        int life = machine.starts();
        cluster.simulation().afterMs(ms, new Runnable() {
            @Override
            public void run() {
                if (!machine.up() || machine.starts() != life) {
                    return;
                }
                if (machine.running()) {
                    what.run();
                } else {
                    cluster.simulation().afterMs(10, this);
                }
            }
        });
    }

    public void boot() {
        if (!machine.up()) {
            machine.boot();
            startCman();
        }
    }

    /// Starts cman, as a new run of this node, and in time what stands on it.
    public void startCman() {
        if (!machine.up() || cman != null) {
            return;
        }
        if (!named()) {
            say("cman refuses to start: cluster.conf doesn't name this node");
            return;
        }
        cman = new ModelCman(
                this, new Node(nodeid, Incarnation.random(cluster.simulation().dice())));
        for (Unit unit : cluster.units()) {
            later(random(unit.leastMs(), unit.mostMs()), () -> start(unit));
        }
    }

    public void powerOff() {
        cman = null;
        machine.crash();
        daemons.clear();
        files.lose(layout.run());
    }

    /// Starts a unit, unless it runs or lacks what it needs.
    public void start(Unit unit) {
        if (process(unit.name()).isPresent() || unit.needsCman() && cman == null) {
            return;
        }
        var process = new SimMachine(cluster.simulation(), machine, unit.name(), files, cluster.programs());
        var around = new Around(process, layout, cluster.records(this), () -> {}, why -> failed(unit, process, why));
        try {
            daemons.put(unit.name(), new Running(process, unit.starter().start(this, around)));
        } catch (IOException e) {
            failed(unit, process, e);
        }
    }

    private void failed(Unit unit, SimMachine process, Throwable why) {
        if (why instanceof RuntimeException || why instanceof Error) {
            throw new AssertionError("node " + nodeid + ": " + unit.name() + " broke: " + why, why);
        }
        say(unit.name() + " ends: " + why.getMessage());
        process.process().die();
        later(unit.restartMs(), () -> start(unit));
    }

    /// `kill -9` of a daemon; its unit starts it again after so long.
    public void kill(Unit unit, int againMs) {
        process(unit.name()).ifPresent(process -> {
            process.die();
            later(againMs, () -> start(unit));
        });
    }

    /// Tells a daemon to end in good order, as `systemctl stop` does; it stays ended.
    ///
    /// @param daemon what runs under the unit
    /// @param limitMs how long handing over may take
    /// @param then once it has ended
    public void stop(Unit unit, MemberDaemon<?, ?> daemon, long limitMs, Runnable then) {
        Optional<SimLoop> process = process(unit.name());
        daemon.stop(limitMs);
        later(20, new Runnable() {
            @Override
            public void run() {
                if (process.filter(OnNode::alive).isEmpty()) {
                    then.run();
                } else if (daemon.stay().over()) {
                    process.get().die();
                    then.run();
                } else {
                    later(20, this);
                }
            }
        });
    }

    void cmanDied(ModelCman gone) {
        cluster.onlookers().forEach(onlooker -> onlooker.died(gone));
        if (cman == gone) {
            cman = null;
        }
    }

    /// Local connections of this machine's processes.
    public List<SimWire> wires() {
        return SimMachine.wires(machine);
    }

    /// cman's number of the client that is this process.
    public Optional<Integer> wireOf(String client) {
        return wires().stream()
                .filter(wire ->
                        wire.clientName().equals(client) && wire.serverName().equals("cman"))
                .map(wire -> (int) wire.id())
                .reduce((first, second) -> second);
    }

    void goOn() {
        files.heal();
        machine.goOn();
        machine.processes().forEach(OnNode::goOn);
        wires().forEach(SimWire::goOn);
    }
}
