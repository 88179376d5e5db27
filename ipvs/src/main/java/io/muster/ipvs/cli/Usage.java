package io.muster.ipvs.cli;

/// What `ipvsadm -h` prints: forms and options as the original's, described in our words.
final class Usage {
    static final String VERSION = "ipvsadm v1.31 (Muster, for IPVS v1.2.1)\n";

    private static final String FORMS = """
            Usage:
              ipvsadm -A|E virtual-service [-s scheduler] [-p [timeout]] [-M netmask] [--pe persistence_engine] [-b sched-flags]
              ipvsadm -D virtual-service
              ipvsadm -C
              ipvsadm -R
              ipvsadm -S [-n]
              ipvsadm -a|e virtual-service -r server-address [options]
              ipvsadm -d virtual-service -r server-address
              ipvsadm -L|l [virtual-service] [options]
              ipvsadm -Z [virtual-service]
              ipvsadm --set tcp tcpfin udp
              ipvsadm --start-daemon {master|backup} [daemon-options]
              ipvsadm --stop-daemon {master|backup}
              ipvsadm -h

            """;

    private static final String COMMANDS = """
            Commands:
            Long options and letters mean the same.
              --add-service     -A        add a virtual service
              --edit-service    -E        change a virtual service
              --delete-service  -D        remove a virtual service and its real servers
              --clear           -C        remove everything
              --restore         -R        carry out the lines of standard input
              --save            -S        print the table as lines for --restore
              --add-server      -a        add a real server to a service
              --edit-server     -e        change a real server
              --delete-server   -d        remove a real server
              --list            -L|-l     show the table, or what the options below name
              --zero            -Z        set the counters of one service or of all to zero
              --set tcp tcpfin udp        change time-outs of connections, in seconds
              --start-daemon              start sending or receiving connections
              --stop-daemon               end that
              --help            -h        show this
              --version         -v        show which ipvsadm this is

            virtual-service:
              --tcp-service|-t  service-address   host[:port]
              --udp-service|-u  service-address   host[:port]
              --sctp-service    service-address   host[:port]
              --fwmark-service|-f fwmark          a mark of the packet filter, 1 or more

            """;

    private static final String OPTIONS = """
            Options:
              --ipv6         -6                   the mark is of IPv6 packets
              --scheduler    -s scheduler         rr|wrr|lc|wlc|lblc|lblcr|dh|sh|sed|nq|fo|ovf|mh,
                                                  wlc if nothing is said
              --pe            engine              persistence engine: sip,
                                                  none if nothing is said
              --persistent   -p [timeout]         keep a client on its server for so many seconds (360)
              --netmask      -M netmask           clients in one such network count as one
              --real-server  -r server-address    host[:port]
              --gatewaying   -g                   direct routing (the default)
              --ipip         -i                   tunnelling
              --masquerading -m                   network address translation
              --tun-type      type                ipip|gue|gre,
                                                  ipip if nothing is said
              --tun-port      port                where tunnelled packets go (gue)
              --tun-nocsum                        tunnelled packets without checksum
              --tun-csum                          tunnelled packets with checksum
              --tun-remcsum                       tunnelled packets whose checksum the receiver fills in
              --weight       -w weight            share of the work; 0 takes nothing new
              --u-threshold  -x uthreshold        most connections a server takes
              --l-threshold  -y lthreshold        down to how many until it takes more again
              --connection   -c                   list connections
              --timeout                           list time-outs (tcp tcpfin udp)
              --daemon                            list synchronisation daemons
              --stats                             list counters
              --rate                              list rates per second
              --exact                             do not shorten numbers
              --thresholds                        list connection limits
              --persistent-conn                   list persistence templates
              --tun-info                          list kinds of tunnel
              --nosort                            in the kernel's order
              --sort                              accepted, changes nothing
              --ops          -o                   schedule each packet alone
              --numeric      -n                   addresses and ports as numbers
              --sched-flags  -b flags             the scheduler's flags, with commas between
            Daemon Options:
              --syncid sid                        which directors belong together (0)
              --sync-maxlen length                longest message in octets (1472)
              --mcast-interface interface         where messages go out or come in (eth0)
              --mcast-group address               to which group (224.0.0.81)
              --mcast-port port                   to which UDP port (8848)
              --mcast-ttl ttl                     through how many routers (1)
            """;

    private Usage() {}

    static String text() {
        return FORMS + COMMANDS + OPTIONS;
    }
}
