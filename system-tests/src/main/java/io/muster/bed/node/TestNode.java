package io.muster.bed.node;

import io.muster.bed.Directories;
import io.muster.bed.Home;
import io.muster.bed.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One machine of the testbed: its power, its cables, its disk (a directory that outlives its death) and what it runs.
///
/// Thread: any; operations on one node are serialized.
public final class TestNode implements Plug {
    private final Testbed testbed;
    private final String name;
    private final int nodeid;

    /// The node's disk: its MUSTER_ROOT.
    public final Path root;

    private final Map<String, Process> programs = new LinkedHashMap<>();
    private final Line[] lines;
    private int boots;
    private @Nullable Box box;

    TestNode(Testbed testbed, String name, int nodeid) throws IOException {
        this.testbed = testbed;
        this.name = name;
        this.nodeid = nodeid;
        this.root = testbed.dir.resolve(name);
        this.lines = new Line[testbed.links];
        for (int link = 0; link < lines.length; link++) {
            lines[link] = new FilterLine(this, "eth" + link, "the cable is the kernel's");
        }
        for (String dir : List.of("etc/cluster", "run/muster", "var/lib/muster", "var/log/cluster", "console")) {
            Files.createDirectories(root.resolve(dir));
        }
    }

    @Override
    public String name() {
        return name;
    }

    int nodeid() {
        return nodeid;
    }

    public String address() {
        return Testbed.address(nodeid, 0);
    }

    /// The bridge's end of the node's cable.
    String port(int link) {
        return "v" + nodeid + "l" + link;
    }

    Path log(String daemon) {
        return root.resolve("var/log/cluster").resolve(daemon + ".log");
    }

    Path conf() {
        return root.resolve("etc/cluster/cluster.conf");
    }

    @Override
    public synchronized boolean on() {
        return box != null && box.alive();
    }

    /// Boots the node: pid 1, cables, addresses. It runs nothing yet.
    @Override
    public synchronized void powerOn() throws IOException {
        if (on()) {
            return;
        }
        unplug();
        // What a real machine loses with its power.
        Files.createDirectories(root.resolve("run/muster"));
        try (var left = Files.list(root.resolve("run/muster"))) {
            left.toList().forEach(Directories::delete);
        }
        // What `end_machine` pulls on a node of a test bed.
        Files.writeString(
                root.resolve("run/muster/plug"),
                testbed.dir.resolve(Testbed.END).resolve("poweroff") + "\n",
                StandardCharsets.UTF_8);
        Box booted = testbed.bootBox(name, root.resolve("console/init.log"));
        boots++;
        for (int link = 0; link < testbed.links; link++) {
            plug(booted, link);
            if (testbed.isSix()) {
                String address = Testbed.six(nodeid, link) + "/64";
                booted.network("ip", "address", "add", address, "dev", "eth" + link, "nodad")
                        .expectOk("address " + address);
            }
        }
        box = booted;
    }

    /// A cable is outside of the node: what was wrong with it still is after a boot.
    private void plug(Box booted, int link) throws IOException {
        String device = "eth" + link;
        String bridge = "br" + link;
        String address = Testbed.address(nodeid, link) + "/24";
        OptionalLong seed = testbed.cableSeed();
        if (seed.isEmpty()) {
            Testbed.plug(testbed.outer(), booted, port(link), device, bridge, address);
            return;
        }
        long dice = Objects.hash(seed.getAsLong(), nodeid, link, boots);
        Cable cable = Cable.lay(booted, device, testbed.outer(), port(link), dice);
        for (Line.Way way : Line.Way.values()) {
            cable.set(way, lines[link].faults(way));
        }
        lines[link] = cable;
        Testbed.join(testbed.outer(), booted, port(link), device, bridge, address);
    }

    /// What can be done to one of the node's cables.
    public synchronized Line line(int link) {
        return lines[link];
    }

    /// Pulls the plug: links down, every process killed. True only when none is left and the links are down.
    @Override
    public synchronized boolean powerOff() {
        Box was = box;
        if (was == null) {
            return true;
        }
        boolean dark = true;
        for (int link = 0; link < testbed.links; link++) {
            dark &= testbed.outer()
                    .network("ip", "link", "set", port(link), "down")
                    .ok();
        }
        boolean dead = was.kill(10_000);
        if (!dead) {
            return false;
        }
        box = null;
        programs.clear();
        unplug();
        return dark;
    }

    synchronized void closeCables() {
        for (Line line : lines) {
            if (line instanceof Cable cable) {
                cable.close();
            }
        }
    }

    private void unplug() {
        closeCables();
        for (int link = 0; link < testbed.links; link++) {
            // The kernel removes the cable some time after its namespace; a node that boots again can't wait for that.
            testbed.outer().network("sh", "-c", "ip link del " + port(link) + " 2>/dev/null || true");
        }
    }

    /// Takes one cable out or puts it in again; the node sees the carrier go.
    synchronized void link(int link, boolean up) {
        testbed.outer()
                .network("ip", "link", "set", port(link), up ? "up" : "down")
                .expectOk("link of " + name);
        if (lines[link] instanceof Cable cable) {
            cable.carrier(up);
        }
    }

    /// Takes the carrier of one cable away for a moment, as a bumped plug or a switch's port does.
    synchronized void flap(int link, int ms) {
        String port = port(link);
        String script =
                "ip link set %s down; sleep %d.%03d; ip link set %s up".formatted(port, ms / 1000, ms % 1000, port);
        testbed.outer().network("sh", "-c", script).expectOk("flap of " + name);
    }

    /// Gives the node's end of a cable another hardware address, as a card that was changed has.
    synchronized void changeMac(int link, String mac) {
        running().network("ip", "link", "set", "eth" + link, "address", mac).expectOk("address of " + name);
    }

    /// Whether the node's kernel has this address now. Starts no process, so it can be asked often, and also of a node
    /// whose processes all stand still.
    public boolean has(String address) {
        Box now;
        synchronized (this) {
            now = box;
        }
        if (now == null) {
            return false;
        }
        Path network = Path.of("/proc", Long.toString(now.pid), "net");
        try {
            if (address.contains(":")) {
                String octets =
                        HexFormat.of().formatHex(InetAddress.getByName(address).getAddress());
                return Files.readString(network.resolve("if_inet6")).contains(octets + " ");
            }
            return Files.readString(network.resolve("fib_trie")).contains("-- " + address + "\n");
        } catch (IOException e) {
            // The node has gone while it was asked.
            return false;
        }
    }

    /// Lets nothing more come in over one cable, or lets it in again: carrier and the way out stay as they are.
    synchronized void deafen(int link, boolean on) {
        List<String> command =
                new ArrayList<>(List.of("tc", "qdisc", on ? "replace" : "del", "dev", port(link), "root"));
        if (on) {
            // No packet is as small as this bucket: all are dropped. (netem, which says it better, is a kernel module
            // that many machines don't have.)
            command.addAll(List.of("tbf", "rate", "8bit", "burst", "10b", "limit", "10b"));
        }
        testbed.outer().network(command.toArray(String[]::new)).expectOk("traffic to " + name);
    }

    /// Starts a daemon or another program that stays; its console goes to `console/NAME.out`.
    public synchronized Process start(String program, String... command) throws IOException {
        ProcessBuilder builder = Shell.builder(environment(), running().inside(List.of(command)));
        builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        root.resolve("console/" + program + ".out").toFile()));
        Process process = builder.start();
        process.getOutputStream().close();
        programs.put(program, process);
        return process;
    }

    /// The process of a started program as the outside sees it, if it still runs.
    public synchronized @Nullable ProcessHandle process(String program) {
        Process entered = programs.get(program);
        if (entered == null || !entered.isAlive()) {
            return null;
        }
        // nsenter stays outside as the parent of what it started inside.
        return entered.children().findFirst().orElse(null);
    }

    /// Runs a program on the node to its end.
    public Shell.Result run(int limitMs, String... command) {
        return running().run(limitMs, environment(), List.of(command));
    }

    /// Sends a signal to one started program.
    public void signal(String program, String signal) {
        ProcessHandle process = process(program);
        if (process == null) {
            throw new IllegalStateException(program + " doesn't run on " + name);
        }
        Shell.run(20_000, Map.of(), List.of("kill", "-" + signal, Long.toString(process.pid())))
                .expectOk("kill -" + signal + " " + program);
        if (signal.equals("CONT")) {
            running().wake();
        }
    }

    /// Sends a signal to everything that runs on the node (but its pid 1).
    void signalAll(String signal) {
        run(20_000, "sh", "-c", "kill -" + signal + " -1");
        if (signal.equals("CONT")) {
            running().wake();
        }
    }

    private synchronized Box running() {
        Box now = box;
        if (now == null) {
            throw new IllegalStateException(name + " is off");
        }
        return now;
    }

    /// What entering the node takes, for scripts that people use.
    public List<String> enter(List<String> command) {
        List<String> words = new ArrayList<>();
        words.add("env");
        environment().forEach((key, value) -> words.add(key + "=" + value));
        words.addAll(running().inside(command));
        return words;
    }

    Map<String, String> environment() {
        Map<String, String> all = new LinkedHashMap<>();
        String home = Home.dir().toString();
        all.put("MUSTER_ROOT", root.toString());
        all.put("MUSTER_NODENAME", name);
        all.put("MUSTER_HOME", home);
        all.put("LANG", "C.UTF-8");
        all.put(
                "PATH",
                home + "/bin:" + home + "/sbin:" + testbed.dir.resolve(Testbed.END)
                        + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        return all;
    }
}
