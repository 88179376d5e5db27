package io.muster.bed.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Command lines of `ipvsadm` from a seed: mostly ones that make sense and change the table, with a fault here and
/// there: a wrong value, an option too many or out of place, one missing.
final class IpvsadmLines {
    private static final String[] V4 = {
        "10.1.1.1:80", "10.1.1.1:http", "10.1.1.2:0", "10.1.1.2", "10.1.1.1:53", "192.168.7.9:443", "10.1.1.3:8080"
    };
    private static final String[] V6 = {"[2001:db8::1]:80", "[2001:db8::1]:53", "[::5]:8080", "2001:db8::7"};
    private static final String[] BAD_ADDRESS = {
        "nosuch.invalid:80",
        "10.1.1.1:nosuch",
        "10.1.1.1:65536",
        "[::1]",
        "[::1:80",
        ":80",
        "",
        "7",
        "10.1.1.1:",
        "1.2.3.4.5:80",
        "[10.1.1.1]:80",
        "0x0a.1:80",
        "10.1.1.1 x:80"
    };
    private static final String[] MARKS = {"1", "7", "100", "4294967295", "2147483648"};
    private static final String[] BAD_NUMBERS = {"0", "-1", "x", "", "1x", "0x10", "99999999999", "4294967296", "65536"
    };
    private static final String[] SCHEDULERS = {"rr", "wrr", "wlc", "lc", "sh", "mh", "dh", "sed", "nq"};
    private static final String[] SERVERS = {
        "10.9.0.1", "10.9.0.2:80", "10.9.0.3:8080", "10.9.0.4:http", "10.9.0.5:0", "200.1.1.1:80", "0.0.0.9"
    };
    private static final String[] SERVERS6 = {"[2001:db8::11]:80", "[2001:db8::12]:8080", "2001:db8::13", "[::9]:5"};
    private static final String[][] STRAY = {
        {"-n"},
        {"-c"},
        {"-t", "10.1.1.1:80"},
        {"-s", "rr"},
        {"-p"},
        {"-p", "5"},
        {"-M", "255.255.0.0"},
        {"-M", "64"},
        {"-r", "10.9.0.1"},
        {"-g"},
        {"-i"},
        {"-m"},
        {"-w", "3"},
        {"-x", "4"},
        {"-y", "2"},
        {"--mcast-interface", "d0"},
        {"--timeout"},
        {"--daemon"},
        {"--stats"},
        {"--rate"},
        {"--thresholds"},
        {"--persistent-conn"},
        {"--nosort"},
        {"--sort"},
        {"--syncid", "5"},
        {"--exact"},
        {"-o"},
        {"--pe", "sip"},
        {"-b", "flag-1"},
        {"-b", "sh-port"},
        {"-b", "bogus"},
        {"--mcast-group", "224.0.0.9"},
        {"--mcast-port", "99"},
        {"--mcast-ttl", "3"},
        {"--sync-maxlen", "900"},
        {"--tun-info"},
        {"--tun-type", "gue"},
        {"--tun-type", "gre"},
        {"--tun-port", "99"},
        {"--tun-nocsum"},
        {"--tun-csum"},
        {"--tun-remcsum"},
        {"-6"},
        {"foo"},
        {"--bogus"},
        {"-z"},
        {"-A"},
        {"-L"},
        {"--"},
        {"-w"},
        {"--weight=9"},
        {"-w=4"},
        {"-nc"},
        {"--numeric=1"},
        {"-u", "10.1.1.1:53"},
        {"-f", "7"}
    };

    private final RandomGenerator dice;

    IpvsadmLines(RandomGenerator dice) {
        this.dice = dice;
    }

    List<String> next() {
        var line = new ArrayList<List<String>>();
        int kind = dice.nextInt(100);
        String verb;
        if (kind < 22) {
            verb = pick("-A", "-A", "-A", "-E", "--add-service");
            service(line, true);
        } else if (kind < 50) {
            verb = pick("-a", "-a", "-a", "-e", "--add-server");
            service(line, false);
            server(line);
        } else if (kind < 56) {
            verb = pick("-d", "--delete-server");
            service(line, false);
            line.add(List.of("-r", oneOf(dice.nextBoolean() ? SERVERS : SERVERS6)));
        } else if (kind < 60) {
            verb = pick("-D", "-Z");
            service(line, false);
        } else if (kind < 85) {
            verb = pick("-L", "-l", "--list", "-S");
            listing(line, verb);
        } else if (kind < 92) {
            verb = "--set";
            for (int i = 0; i < 3; i++) {
                line.add(List.of(rarely() ? oneOf(BAD_NUMBERS) : Integer.toString(dice.nextInt(2000))));
            }
        } else if (kind < 98) {
            verb = pick("--start-daemon", "--stop-daemon");
            line.add(List.of(pick("master", "backup", "master", "both")));
            boolean interfaceToo = verb.startsWith("--start");
            daemon(line, interfaceToo);
        } else {
            verb = pick("-Z", "-C");
        }
        if (dice.nextInt(100) < 18) {
            line.add(dice.nextInt(line.size() + 1), List.of(oneOf(STRAY)));
        }
        if (dice.nextInt(100) < 6 && !line.isEmpty()) {
            line.remove(dice.nextInt(line.size()));
        }
        var words = new ArrayList<>(List.of(verb));
        line.forEach(words::addAll);
        return words;
    }

    /// (Never `-b ,`: the original dies of it.)
    private void service(List<List<String>> line, boolean settings) {
        boolean v6 = dice.nextInt(4) == 0;
        int kind = dice.nextInt(10);
        if (kind < 6) {
            line.add(List.of(pick("-t", "-u", "-t", "--tcp-service", "--sctp-service"), address(v6 ? V6 : V4)));
        } else if (kind < 9) {
            line.add(List.of("-f", rarely() ? oneOf(BAD_NUMBERS) : oneOf(MARKS)));
            if (v6) {
                line.add(List.of("-6"));
            }
        } else {
            line.add(List.of("-t", address(v6 ? V6 : V4)));
        }
        if (!settings) {
            return;
        }
        if (dice.nextInt(3) > 0) {
            line.add(List.of("-s", rarely() ? pick("nosuch", "", "averyveryverylongname") : oneOf(SCHEDULERS)));
        }
        if (dice.nextInt(3) == 0) {
            line.add(dice.nextBoolean() ? List.of("-p") : List.of("-p", rarely() ? oneOf(BAD_NUMBERS) : "600"));
        }
        if (dice.nextInt(4) == 0) {
            line.add(List.of("-M", pick("255.255.255.0", "255.255.0.0", "64", "128", "0", "x", "255.255.255.255")));
        }
        if (dice.nextInt(8) == 0) {
            line.add(List.of("-b", pick("sh-port", "sh-fallback,sh-port", "mh-port", "flag-1,flag-3", "flag-2", "")));
        }
        if (dice.nextInt(8) == 0) {
            line.add(List.of("-o"));
        }
    }

    private void server(List<List<String>> line) {
        String[] pool = dice.nextInt(4) == 0 ? SERVERS6 : SERVERS;
        line.add(dice.nextInt(4) == 0 ? 0 : line.size(), List.of("-r", address(pool)));
        String method = pick("-m", "-m", "-g", "-i", "-i", "");
        if (!method.isEmpty()) {
            line.add(List.of(method));
        }
        if (dice.nextBoolean()) {
            line.add(List.of("-w", rarely() ? oneOf(BAD_NUMBERS) : Integer.toString(dice.nextInt(300))));
        }
        if (dice.nextInt(6) == 0) {
            line.add(List.of("-x", Integer.toString(dice.nextInt(100))));
        }
        if (dice.nextInt(6) == 0) {
            line.add(List.of("-y", Integer.toString(dice.nextInt(60))));
        }
        if (method.equals("-i") && dice.nextBoolean()) {
            String type = pick("ipip", "gue", "gre", "gue");
            line.add(List.of("--tun-type", type));
            if (dice.nextInt(4) > 0 == type.equals("gue")) {
                line.add(List.of("--tun-port", rarely() ? oneOf(BAD_NUMBERS) : "6080"));
            }
            if (dice.nextBoolean()) {
                line.add(List.of(pick("--tun-csum", "--tun-nocsum", "--tun-remcsum")));
            }
        }
    }

    private void listing(List<List<String>> line, String verb) {
        if (dice.nextInt(3) > 0) {
            line.add(List.of("-n"));
        }
        if (verb.equals("-S")) {
            return;
        }
        if (dice.nextInt(5) == 0) {
            service(line, false);
        }
        String[] options = {
            "--stats", "--rate", "--thresholds", "--persistent-conn", "--tun-info", "--nosort", "--exact", "--sort"
        };
        int times = dice.nextInt(3);
        for (int i = 0; i < times; i++) {
            line.add(List.of(oneOf(options)));
        }
        if (dice.nextInt(8) == 0) {
            line.add(List.of(pick("--timeout", "--daemon", "-c")));
        }
    }

    private void daemon(List<List<String>> line, boolean start) {
        if (start) {
            line.add(List.of("--mcast-interface", rarely() ? "nodev" : "d0"));
        }
        if (dice.nextInt(2) == 0) {
            line.add(List.of("--syncid", rarely() ? oneOf(BAD_NUMBERS) : Integer.toString(dice.nextInt(256))));
        }
        if (start && dice.nextInt(3) == 0) {
            line.add(List.of("--mcast-group", pick("224.0.0.99", "239.1.1.1", "ff05::5", "10.0.0.1", "x", "fe80::1")));
        }
        if (start && dice.nextInt(3) == 0) {
            line.add(List.of("--mcast-port", rarely() ? oneOf(BAD_NUMBERS) : "9000"));
        }
        if (start && dice.nextInt(3) == 0) {
            line.add(List.of("--mcast-ttl", rarely() ? oneOf(BAD_NUMBERS) : "7"));
        }
        if (start && dice.nextInt(3) == 0) {
            line.add(List.of("--sync-maxlen", rarely() ? oneOf(BAD_NUMBERS) : pick("900", "65507", "65508")));
        }
    }

    private String address(String[] pool) {
        return rarely() ? oneOf(BAD_ADDRESS) : oneOf(pool);
    }

    private boolean rarely() {
        return dice.nextInt(20) == 0;
    }

    private String pick(String... choices) {
        return oneOf(choices);
    }

    private <T> T oneOf(T[] pool) {
        return pool[dice.nextInt(pool.length)];
    }
}
