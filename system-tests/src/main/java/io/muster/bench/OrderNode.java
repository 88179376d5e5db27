package io.muster.bench;

import io.muster.bed.Jvm;
import io.muster.core.CauseId;
import io.muster.core.Incarnation;
import io.muster.core.Node;
import io.muster.driver.Dice;
import io.muster.driver.EventDriver;
import io.muster.driver.Loops;
import io.muster.totem.Ring;
import io.muster.totem.RingConfig;
import io.muster.totem.RingEffect;
import io.muster.totem.RingEvent;
import io.muster.transport.LinkUse;
import io.muster.transport.Transport;
import io.muster.transport.TransportConfig;
import io.muster.transport.daemon.Addresses;
import io.muster.transport.daemon.KeyFile;
import io.muster.transport.daemon.UdpDriver;
import io.netty.channel.EventLoop;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

/// One node of `muster bench order`: ring and transport as cman has them, without cman above. It
/// understands the same lines on standard input as `cpgbench.c`, which stands beside corosync.
///
/// Arguments: nodeid, key file, UDP port, addresses of all nodes in the order of their nodeids.
final class OrderNode {
    /// Messages of this node's own that may be under way: enough to fill the ring's window, and no deep
    /// queue.
    private static final int OUTSTANDING_BYTES = 1 << 20;

    private static final int MAX_OUTSTANDING = 600;

    /// No other message is as long.
    private static final int ORDER_BYTES = 201;

    private static final long QUIET_NS = 300_000_000;

    private final Node self;
    private final EventLoop loop = Loops.start("order");
    private final EventDriver<RingEvent, RingEffect> driver;
    private final UdpDriver udp;
    private final List<Integer> nodeids = new ArrayList<>();
    private int members;
    private long delivered;
    private int outstanding;
    private boolean sending;
    private byte[] payload = new byte[0];
    private long lastNs;

    private long[] times = new long[0];
    private int timed;
    /// What all nodes together will have sent, and a digest of what came so far, senders and order included.
    private long expected = Long.MAX_VALUE;

    private long ordered;
    private int toOrder;
    private final CRC32 order = new CRC32();
    private long gapNs;
    private long sentNs;

    private OrderNode(int nodeid, Path keyFile, int port, List<String> hosts) throws IOException {
        SecureRandom dice = new SecureRandom();
        self = new Node(nodeid, Incarnation.random(dice));
        SortedMap<Integer, List<Addresses.Name>> names = new TreeMap<>();
        SortedMap<Integer, Integer> peers = new TreeMap<>();
        for (int id = 1; id <= hosts.size(); id++) {
            nodeids.add(id);
            names.put(id, List.of(new Addresses.Name(hosts.get(id - 1), port)));
            if (id != nodeid) {
                peers.put(id, 1);
            }
        }
        Ring ring = new Ring(self, config(Transport.INITIAL_MTU_BYTES), new Dice(dice.nextLong()));
        driver = EventDriver.of("ring", ring)
                .loop(loop)
                .performer(this::perform)
                .tick(new RingEvent.Tick())
                .stallEvent(RingEvent.Stalled::new)
                .fatal(OrderNode::die)
                .start();
        udp = new UdpDriver(
                loop,
                self,
                TransportConfig.of(nodeid, 1, peers, LinkUse.RANKED),
                Addresses.resolve(names),
                KeyFile.read(keyFile),
                dice,
                new FromBelow(),
                OrderNode::die);
        udp.start();
        driver.post(new RingEvent.Start());
    }

    /// The words that start one.
    static List<String> command(List<String> jvm, int nodeid, Path key, int port, List<String> addresses) {
        var command = new ArrayList<>(List.of(Jvm.java()));
        command.addAll(jvm);
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dio.netty.leakDetection.level=disabled",
                "-Dlogback.configurationFile=io/muster/bench/bench-logback.xml",
                "-cp",
                Jvm.classPath(),
                OrderNode.class.getName(),
                Integer.toString(nodeid),
                key.toString(),
                Integer.toString(port)));
        command.addAll(addresses);
        return command;
    }

    public static void main(String[] args) throws Exception {
        var node = new OrderNode(
                Integer.parseInt(args[0]),
                Path.of(args[1]),
                Integer.parseInt(args[2]),
                Arrays.asList(args).subList(3, args.length));
        node.obey();
        System.exit(0);
    }

    private static void die(Throwable reason) {
        Runtime.getRuntime().halt(3);
    }

    private RingConfig config(int mtuBytes) {
        return RingConfig.of(nodeids, nodeids.stream().map(id -> 1).toList(), 1000, mtuBytes);
    }

    private void obey() throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null && !line.equals("quit"); line = in.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "members" -> say("members " + loop.submit(() -> members).get());
                case "run" ->
                    run(
                            Integer.parseInt(words[1]),
                            words[2].equals("1"),
                            Long.parseLong(words[3]),
                            Long.parseLong(words[4]));
                case "latency" ->
                    loop.execute(() -> {
                        payload = new byte[Integer.parseInt(words[1])];
                        times = new long[Integer.parseInt(words[2])];
                        gapNs = TimeUnit.MICROSECONDS.toNanos(Long.parseLong(words[3]));
                        timed = 0;
                        sendTimed();
                    });
                case "order" -> loop.execute(() -> order(Integer.parseInt(words[1]), Long.parseLong(words[2])));
                default -> say("what? " + line);
            }
        }
    }

    private void run(int size, boolean send, long warmMs, long measureMs) {
        loop.execute(() -> {
            payload = new byte[size];
            sending = send;
            fill();
        });
        loop.schedule(() -> measure(measureMs), warmMs, TimeUnit.MILLISECONDS);
    }

    private void measure(long measureMs) {
        long before = delivered;
        long beganNs = System.nanoTime();
        long cpuUs = cpuUs();
        loop.schedule(
                () -> {
                    long tookUs = (System.nanoTime() - beganNs) / 1000;
                    say("result " + (delivered - before) + " " + tookUs + " " + (cpuUs() - cpuUs));
                    sending = false;
                    whenQuiet();
                },
                measureMs,
                TimeUnit.MILLISECONDS);
    }

    private void whenQuiet() {
        loop.schedule(
                () -> {
                    if (System.nanoTime() - lastNs > QUIET_NS) {
                        say("idle");
                    } else {
                        whenQuiet();
                    }
                },
                50,
                TimeUnit.MILLISECONDS);
    }

    /// Sends numbered messages, as many at once as the ring takes, and says the digest when as many as all nodes send
    /// have come.
    private void order(int count, long all) {
        expected = all;
        toOrder = count;
        for (int i = 0; i < MAX_OUTSTANDING; i++) {
            orderNext();
        }
        sayOrdered();
    }

    private void orderNext() {
        if (toOrder > 0) {
            byte[] message = ByteBuffer.allocate(ORDER_BYTES)
                    .putInt(self.nodeid())
                    .putInt(toOrder--)
                    .array();
            driver.post(new RingEvent.Send(message, false, CauseId.NONE));
        }
    }

    private void ordered(byte[] message) {
        order.update(message);
        ordered++;
        sayOrdered();
    }

    private void sayOrdered() {
        if (ordered == expected) {
            say("ordered " + ordered + " " + order.getValue());
        }
    }

    private static long cpuUs() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toNanos()
                / 1000;
    }

    private void fill() {
        int limit = Math.clamp(OUTSTANDING_BYTES / Math.max(1, payload.length), 64, MAX_OUTSTANDING);
        while (sending && outstanding < limit) {
            outstanding++;
            driver.post(new RingEvent.Send(payload, false, CauseId.NONE));
        }
    }

    private void sendTimed() {
        sentNs = System.nanoTime();
        driver.post(new RingEvent.Send(payload, false, CauseId.NONE));
    }

    private void ownTimed() {
        long nowNs = System.nanoTime();
        times[timed++] = nowNs - sentNs;
        if (timed < times.length) {
            loop.schedule(this::sendTimed, Math.max(0, gapNs - (nowNs - sentNs)), TimeUnit.NANOSECONDS);
        } else {
            Arrays.sort(times);
            int count = times.length;
            times = Arrays.stream(times).map(ns -> ns / 1000).toArray();
            say("latency " + times[count / 2] + " " + times[count * 99 / 100] + " " + times[count - 1]);
            times = new long[0];
        }
    }

    private void perform(RingEffect effect, CauseId cause) {
        switch (effect) {
            case RingEffect.Unicast(int nodeid, byte[] datagram) -> udp.unicast(nodeid, datagram);
            case RingEffect.Multicast(List<Integer> to, byte[] datagram) -> udp.multicast(to, datagram);
            case RingEffect.Deliver deliver -> {
                delivered++;
                lastNs = System.nanoTime();
                if (deliver.payload().length == ORDER_BYTES) {
                    ordered(deliver.payload());
                    if (deliver.from().equals(self)) {
                        orderNext();
                    }
                } else if (deliver.from().equals(self)) {
                    if (times.length > 0) {
                        ownTimed();
                    } else {
                        outstanding--;
                        fill();
                    }
                }
            }
            case RingEffect.Configuration configuration -> {
                if (configuration.regular()) {
                    members = configuration.members().size();
                }
            }
            case RingEffect.StateChanged(String from, String to, String reason) ->
                System.err.println("node=" + self.nodeid() + " " + from + " -> " + to + ": " + reason);
            case RingEffect.Refused refused -> throw new IllegalStateException(refused.why());
            case RingEffect.RoundCompleted _, RingEffect.Sendable _ -> {}
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private final class FromBelow implements UdpDriver.Listener {
        @Override
        public void received(int nodeid, Incarnation incarnation, byte[] datagram) {
            driver.post(new RingEvent.Received(nodeid, incarnation, datagram));
        }

        @Override
        public void portRefused(int nodeid) {
            driver.post(new RingEvent.PortRefused(nodeid));
        }

        @Override
        public void mtu(int bytes) {
            driver.post(new RingEvent.Configure(config(bytes)));
        }
    }
}
