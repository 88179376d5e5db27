package io.muster.cluster;

import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.simulator.SimNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One computer: its daemons, its disk, and what runs on it whether its daemons live or not.
final class SimMachine {
    final SimCluster world;
    final int nodeid;
    final SimNode node;
    final SimDisk disk;
    /// Services of which something may be running here.
    final TreeSet<String> running = new TreeSet<>();
    /// Results of agents still at work when power fails are worth nothing.
    final Map<String, Long> startedMs = new TreeMap<>();

    @Nullable
    SimCman cman;

    @Nullable
    SimFenced fenced;

    @Nullable
    SimRgManager rgmanager;

    @Nullable
    SimCcs ccs;

    SimMachine(SimCluster world, int nodeid, byte[] document) {
        this.world = world;
        this.nodeid = nodeid;
        this.node = new SimNode(world.simulation, nodeid);
        this.disk = new SimDisk(document);
    }

    void say(String text) {
        world.simulation.trace().add(world.simulation.nowMicros(), "node " + nodeid + ": " + text);
    }

    int random(int least, int most) {
        return least + world.simulation.dice().nextInt(most - least + 1);
    }

    /// Does something later if the machine is then still in the same life, and once it isn't stopped.
    void later(int ms, Runnable what) {
        int life = node.starts();
        world.simulation.afterMs(ms, new Runnable() {
            @Override
            public void run() {
                if (!node.up() || node.starts() != life) {
                    return;
                }
                if (node.running()) {
                    what.run();
                } else {
                    world.simulation.afterMs(10, this);
                }
            }
        });
    }

    void boot() {
        if (node.up()) {
            return;
        }
        node.boot();
        cman = new SimCman(this, new Node(nodeid, Incarnation.random(world.simulation.dice())));
        later(random(20, 100), this::startCcs);
        later(random(50, 300), this::startFenced);
        later(random(50, 500), this::startRgManager);
    }

    void powerOff() {
        node.crash();
        running.clear();
        cman = null;
        fenced = null;
        rgmanager = null;
        ccs = null;
    }

    @Nullable
    Node run() {
        return cman == null ? null : cman.self;
    }

    void cmanDied() {
        cman = null;
    }

    void startCcs() {
        SimCman up = cman;
        if (up != null && (ccs == null || !ccs.alive())) {
            ccs = new SimCcs(this, up);
        } else if (up == null) {
            later(1000, this::startCcs);
        }
    }

    void startFenced() {
        SimCman up = cman;
        if (up != null && (fenced == null || !fenced.alive())) {
            fenced = new SimFenced(this, up);
        }
    }

    /// Like the unit: waits until this node is in the fence domain.
    void startRgManager() {
        SimCman up = cman;
        if (up == null || (rgmanager != null && rgmanager.alive())) {
            return;
        }
        boolean inDomain = up.node.cman().status().groups().stream()
                .anyMatch(group -> group.group().name().equals(SimFenced.GROUP)
                        && group.group().members().containsKey(up.self));
        int agreed = up.node.cman().status().configVersion();
        if (inDomain && agreed == disk.version()) {
            rgmanager = new SimRgManager(this, up);
        } else {
            later(250, this::startRgManager);
        }
    }
}
