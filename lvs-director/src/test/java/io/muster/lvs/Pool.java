package io.muster.lvs;

import io.muster.checks.Statuses;
import io.muster.ipvs.ServiceId;
import io.muster.ipvs.Tunnel;
import io.muster.lvscf.LvsConfig;
import io.muster.lvscf.Sample;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Makes configurations out of a few virtual servers and real servers.
final class Pool {
    static final int VIRTUALS = 4;
    static final int SERVERS = 4;

    private Pool() {}

    static IpAddress address(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    static ServiceId id(int virtual) {
        IpAddress vip = address("10.1.1." + (virtual + 1));
        return switch (virtual) {
            case 2 -> ServiceId.udp(vip, 53);
            case 3 -> ServiceId.mark(7, false);
            default -> ServiceId.tcp(vip, 80);
        };
    }

    /// Never in any configuration.
    static ServiceId foreign(int number) {
        return ServiceId.tcp(address("10.9.9." + (number + 1)), 80);
    }

    static LvsConfig.Virtual virtual(
            int number,
            String scheduler,
            int persistentS,
            boolean sorry,
            long intervalMs,
            long reentryMs,
            boolean quiesce,
            List<LvsConfig.Server> servers) {
        ServiceId id = id(number);
        return new LvsConfig.Virtual(
                "v" + number,
                true,
                id.isMark()
                        ? Optional.empty()
                        : Optional.of(new LvsConfig.FloatingAddress(id.address(), "eth0:" + number, 24)),
                id.fwmark(),
                id.isMark() ? ServiceId.TCP : id.protocol(),
                id.isMark() ? 80 : id.port(),
                scheduler,
                0,
                persistentS,
                -1,
                sorry ? Optional.of(address("10.2.0.99")) : Optional.empty(),
                new LvsConfig.CheckRule(
                        LvsConfig.CheckRule.Kind.CONNECT, intervalMs, "", "", false, "", "", "", Statuses.USUAL, ""),
                reentryMs,
                0,
                quiesce,
                LvsConfig.LoadMonitor.NONE,
                "",
                "",
                LvsConfig.Notify.NONE,
                servers);
    }

    static LvsConfig.Server server(int virtual, int number, int weight) {
        int port = virtual == 3 ? 80 : id(virtual).port();
        return server("s" + number, address("10.2.0." + (number + 1)), port, virtual == 3 ? 0 : port, weight);
    }

    private static LvsConfig.Server server(String name, IpAddress address, int port, int tablePort, int weight) {
        return new LvsConfig.Server(
                name,
                address,
                true,
                port,
                tablePort,
                weight,
                Optional.empty(),
                Tunnel.NONE,
                address,
                port,
                LvsConfig.Notify.NONE);
    }

    /// Many virtual servers, 10.1.H.L:80, of so many real servers each, counted on from 10.2.0.1; checks every 5 s.
    ///
    /// @param send what the checks send, "" for nothing
    static LvsConfig many(int virtuals, int servers, String send) {
        var check = new LvsConfig.CheckRule(
                send.isEmpty() ? LvsConfig.CheckRule.Kind.CONNECT : LvsConfig.CheckRule.Kind.TALK,
                5_000,
                send,
                "",
                false,
                "",
                "",
                "",
                Statuses.USUAL,
                "");
        LvsConfig.Virtual one = virtual(0, "wlc", 0, false, 5_000, 0, false, List.of());
        var all = new ArrayList<LvsConfig.Virtual>();
        for (int v = 0; v < virtuals; v++) {
            var members = new ArrayList<LvsConfig.Server>();
            for (int s = 0; s < servers; s++) {
                members.add(server("s" + s, place(2, v * servers + s + 1), 80, 80, 1));
            }
            all.add(new LvsConfig.Virtual(
                    "v" + v,
                    true,
                    Optional.of(new LvsConfig.FloatingAddress(place(1, v + 1), "eth0:1", 16)),
                    0,
                    ServiceId.TCP,
                    80,
                    one.scheduler(),
                    0,
                    0,
                    -1,
                    Optional.empty(),
                    check,
                    0,
                    0,
                    false,
                    LvsConfig.LoadMonitor.NONE,
                    "",
                    "",
                    LvsConfig.Notify.NONE,
                    members));
        }
        return Sample.config(all);
    }

    static IpAddress place(int net, int number) {
        return address("10." + net + "." + number / 256 + "." + number % 256);
    }

    static LvsConfig random(RandomGenerator dice) {
        var virtuals = new ArrayList<LvsConfig.Virtual>();
        for (int v = 0; v < VIRTUALS; v++) {
            if (dice.nextInt(4) > 0) {
                virtuals.add(random(v, dice));
            }
        }
        return Sample.config(virtuals);
    }

    static LvsConfig.Virtual random(int number, RandomGenerator dice) {
        var servers = new ArrayList<LvsConfig.Server>();
        for (int s = 0; s < SERVERS; s++) {
            if (dice.nextInt(3) > 0) {
                servers.add(server(number, s, dice.nextInt(8) == 0 ? 0 : 1 + dice.nextInt(100)));
            }
        }
        return virtual(
                number,
                List.of("wlc", "rr", "wrr").get(dice.nextInt(3)),
                dice.nextInt(3) == 0 ? 300 : 0,
                dice.nextInt(2) == 0,
                1_000,
                dice.nextInt(3) * 1_000L,
                dice.nextInt(3) == 0,
                servers);
    }

    /// The same with one thing changed.
    static LvsConfig changed(LvsConfig config, RandomGenerator dice) {
        var virtuals = new ArrayList<>(config.virtuals());
        int which = dice.nextInt(VIRTUALS);
        boolean had = virtuals.removeIf(each -> each.name().equals("v" + which));
        if (!had || dice.nextInt(3) > 0) {
            virtuals.add(random(which, dice));
        }
        return Sample.config(virtuals);
    }
}
