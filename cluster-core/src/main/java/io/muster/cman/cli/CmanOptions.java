package io.muster.cman.cli;

import io.muster.cli.Getopt;
import io.muster.daemon.Daemon;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// `cman_tool`'s command line, as one record: one set of options for all operations, as the original
/// has it.
///
/// @param environment overrides that `join` hands to the daemon
/// @param timeoutSec 0 for none
record CmanOptions(
        String operation,
        List<String> words,
        boolean waits,
        boolean quorum,
        int timeoutSec,
        boolean addresses,
        boolean fenced,
        boolean reload,
        String format,
        List<String> nodes,
        int votes,
        int expected,
        int debug,
        SortedMap<String, String> environment) {
    static final int UNSET = -1;

    static final String USAGE = """
            Usage:

            cman_tool <join|leave|kill|expected|votes|version|wait|status|nodes|services|debug> [options]

            Options:
              -h               Print this help, then exit
              -V               Print program version information, then exit
              -d               Enable debug output

            join
              Cluster & node information is taken from configuration modules.
              These switches are provided to allow those values to be overridden.
              Use them with extreme care.

              -m <addr>        Multicast address to use
              -v <votes>       Number of votes this node has
              -e <votes>       Number of expected votes for the cluster
              -p <port>        UDP port number for cman communications
              -n <nodename>    The name of this node (defaults to hostname)
              -c <clustername> The name of the cluster to join
              -N <id>          Node id
              -o <nodename>    As -n
              -2               Two nodes of which one is enough; needs -e 1
              -k <file>        Private key file for cluster communications
              -w               Wait until node has joined a cluster
              -q               Wait until the cluster is quorate
              -t <seconds>     Maximum time (in seconds) to wait

            wait               Wait until the node is a member of a cluster
              -q               Wait until the cluster is quorate
              -t <seconds>     Maximum time (in seconds) to wait

            leave
              -w               If cluster is in transition, wait and keep trying
              -t <seconds>     Maximum time (in seconds) to wait
              remove           Tell other nodes to lower expected votes to those who stay
              force            Leave even if cluster subsystems are active

            kill
              -n <nodename>    The name of the node to kill (can specify multiple times)

            expected
              -e <votes>       New number of expected votes for the cluster

            votes
              -v <votes>       New number of votes for this node

            status             Show local record of cluster status

            nodes              Show local record of cluster nodes
              -a               Also show node address(es)
              -f               Also show when node was last fenced
              -n <nodename>    Only show information for specific node
              -F <format>      Specify output format (see man page)

            services           Show local record of cluster services

            version
              -r               Reload cluster.conf and update config version

            debug
              -d <level>       0 switches it off, anything else on

            Taken for the sake of old scripts, without effect:
              -A  -C <word>  -D<word>  -P  -S  -z
            Refused, since cman has its nodes from cluster.conf:
              -X
            """;

    /// How parsing ended when not with options: an exit status, everything having been said.
    record Stop(int status) {}

    /// Either one.
    record Parsed(Optional<CmanOptions> options, Stop stop) {}

    /// `-o`, a second way to say `-n` when joining.
    static final String OTHER_NAME = "CMAN_OVERRIDE_NODENAME";

    private static final Map<Character, String> OVERRIDES = Map.of(
            'c', "CMAN_CLUSTER_NAME",
            'p', "CMAN_IP_PORT",
            'N', "CMAN_NODEID",
            'm', "CMAN_MCAST_ADDR",
            'k', "CMAN_KEYFILE",
            'o', OTHER_NAME);

    static Parsed parse(String[] args, PrintStream out, PrintStream err) {
        Getopt options = new Getopt("cman_tool", args, "2aAc:C:d::D::e:fF:hk:m:n:N:o:p:PqrSt:v:VwXz", err);
        boolean wait = false;
        boolean quorum = false;
        boolean addresses = false;
        boolean fenced = false;
        boolean reload = false;
        boolean noConfig = false;
        String format = "";
        List<String> nodes = new ArrayList<>();
        int timeout = 0;
        int votes = UNSET;
        int expected = UNSET;
        int debug = 0;
        boolean debugging = false;
        SortedMap<String, String> environment = new TreeMap<>();
        for (int c = options.next(); c != Getopt.END; c = options.next()) {
            try {
                switch (c) {
                    case 'w' -> wait = true;
                    case 'q' -> {
                        quorum = true;
                        wait = true;
                    }
                    case 'a' -> addresses = true;
                    case 'f' -> fenced = true;
                    case 'r' -> reload = true;
                    case 'F' -> format = options.argument();
                    case 'n' -> nodes.add(options.argument());
                    case 't' -> timeout = Integer.parseInt(options.argument());
                    case 'v' -> votes = Integer.parseInt(options.argument());
                    case 'e' -> expected = Integer.parseInt(options.argument());
                    case 'd' -> {
                        // An argument that stands apart is an operand to getopt, and looked for below.
                        debugging = !options.hasArgument();
                        debug = options.hasArgument() ? Integer.parseInt(options.argument()) : 1;
                    }
                    case '2' -> environment.put("CMAN_2NODE", "true");
                    case 'X' -> noConfig = true;
                    case 'A', 'C', 'D', 'P', 'S', 'z' -> {}
                    case 'h' -> {
                        out.print(USAGE);
                        return stop(0);
                    }
                    case 'V' -> {
                        out.println("cman_tool " + Daemon.version());
                        return stop(0);
                    }
                    case '?' -> {
                        err.println("Please use '-h' for usage.");
                        return stop(1);
                    }
                    default -> environment.put(OVERRIDES.getOrDefault((char) c, "CMAN_UNUSED"), options.argument());
                }
            } catch (NumberFormatException e) {
                err.println("cman_tool: invalid value for -" + (char) c + ": \"" + options.argument() + "\"");
                return stop(1);
            }
        }
        List<String> words = options.operands();
        if (words.isEmpty()) {
            err.println("cman_tool: no operation specified");
            return stop(1);
        }
        List<String> rest = words.subList(1, words.size());
        String operation = words.getFirst();
        if (!operation.equals("leave") && !rest.isEmpty() && OPERATIONS.contains(rest.getFirst())) {
            err.println("cman_tool: can't specify two operations");
            return stop(1);
        }
        if (operation.equals("debug") && debugging && !rest.isEmpty()) {
            try {
                debug = Integer.parseInt(rest.getFirst());
            } catch (NumberFormatException e) {
                err.println("cman_tool: invalid value for -d: \"" + rest.getFirst() + "\"");
                return stop(1);
            }
        }
        if (noConfig && operation.equals("join")) {
            err.println("cman_tool: -X: cman has its nodes from cluster.conf and doesn't start without");
            return stop(1);
        }
        if (timeout > 0 && !wait && operation.equals("join")) {
            err.println("cman_tool: timeout is only appropriate with wait");
            return stop(1);
        }
        CmanOptions parsed = new CmanOptions(
                operation,
                List.copyOf(rest),
                wait,
                quorum,
                timeout,
                addresses,
                fenced,
                reload,
                format,
                List.copyOf(nodes),
                votes,
                expected,
                debug,
                environment);
        return new Parsed(Optional.of(parsed), new Stop(0));
    }

    private static Parsed stop(int status) {
        return new Parsed(Optional.empty(), new Stop(status));
    }

    static final List<String> OPERATIONS = List.of(
            "join", "leave", "kill", "expected", "votes", "version", "wait", "status", "nodes", "services", "debug");
}
