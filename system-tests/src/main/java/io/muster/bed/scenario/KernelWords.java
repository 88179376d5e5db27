package io.muster.bed.scenario;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads what the kernel says of IPVS in /proc/net: addresses and ports in hexadecimal, one service or server a line.
/// A second way to the table, which shares nothing with the first.
final class KernelWords {
    private KernelWords() {}

    /// @param text of /proc/net/ip_vs
    /// @return for each service the weights of its servers
    static Map<String, Map<String, Integer>> table(String text) {
        var table = new TreeMap<String, Map<String, Integer>>();
        Map<String, Integer> servers = new TreeMap<>();
        for (String line : text.lines().toList()) {
            String[] words = line.strip().split("\\s+");
            if (words[0].equals("->")) {
                // A digit tells a server from the heading.
                if (words.length >= 4 && Character.isDigit(words[3].charAt(0))) {
                    servers.put(endpoint(words[1]), Integer.parseInt(words[3]));
                }
            } else if (words.length > 1 && List.of("TCP", "UDP", "FWM").contains(words[0])) {
                servers = new TreeMap<>();
                table.put(service(words[0], words[1]), servers);
            }
        }
        return table;
    }

    private static String service(String kind, String what) {
        return switch (kind) {
            case "TCP" -> endpoint(what);
            case "UDP" -> "UDP " + endpoint(what);
            default -> "FWM " + Long.parseLong(what, 16);
        };
    }

    /// @param text of /proc/net/ip_vs_conn: protocol, client, its port, virtual address, its port, ...
    static long connections(String text, String protocol, String virtualAddress, int port) {
        byte[] wanted = InetAddress.ofLiteral(virtualAddress).getAddress();
        return text.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 4 && words[0].equals(protocol))
                .filter(words -> Integer.parseInt(words[4], 16) == port)
                .filter(words -> java.util.Arrays.equals(octets(words[3]), wanted))
                .count();
    }

    /// `0A020032:0050`, `[fd00:0002:...]:0050`
    private static String endpoint(String text) {
        int colon = text.lastIndexOf(':');
        byte[] octets = octets(text.substring(0, colon));
        int port = Integer.parseInt(text.substring(colon + 1), 16);
        String address = io.muster.net.IpAddress.of(octets).toString();
        return (octets.length == 16 ? "[" + address + "]" : address) + ":" + port;
    }

    private static byte[] octets(String text) {
        if (text.indexOf(':') < 0) {
            return HexFormat.of().parseHex(text);
        }
        try {
            return InetAddress.getByName(text.replace("[", "").replace("]", "")).getAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("/proc/net/ip_vs says " + text, e);
        }
    }
}
