package io.muster.config;

/// Elements and attributes of cluster.conf, RHEL 5 and 6 together.
///
/// What only one of the two knew is accepted; what the RHEL 6 schema refused although its code, tools
/// or manuals used it is accepted with a warning.
final class Schema {
    private static final long MAX = Integer.MAX_VALUE;
    private static final String NOT_IN_SCHEMA = "used by the code but never part of the published schema";
    private static final String OPENAIS = "it configured openais, which isn't there any more";

    static final Rule CLUSTER = cluster();

    private Schema() {}

    private static Rule cluster() {
        return new Rule("cluster")
                .need("name")
                .needNumber(0, MAX, "config_version")
                .text("alias")
                .doubtful("alias", "written by old configuration tools, read by nobody")
                .with(
                        cman(),
                        totem(),
                        new Rule("uidgid").text("uid", "gid"),
                        quorumd(),
                        fenceDaemon(),
                        fenceXvmd(),
                        dlm(),
                        plocks(new Rule("gfs_controld").flag("enable_withdraw").once()),
                        new Rule("group").flag("groupd_compat").once(),
                        logging(),
                        clusterNodes(),
                        new Rule("fencedevices")
                                .with(new Rule("fencedevice")
                                        .need("name", "agent")
                                        .open())
                                .once(),
                        rm(),
                        new Rule("clvmd")
                                .word("interface", "cman", "corosync", "openais")
                                .once(),
                        new Rule("event").ignored(OPENAIS),
                        new Rule("aisexec").ignored(OPENAIS),
                        new Rule("amf").ignored(OPENAIS),
                        new Rule("service").ignored(OPENAIS));
    }

    private static Rule cman() {
        return new Rule("cman")
                .number(1, 65535, "expected_votes")
                .flag("two_node", "hash_cluster_id", "broadcast", "upgrading", "disallowed", "disable_openais")
                .flag("wait_for_all", "last_man_standing", "auto_tie_breaker")
                .number(1, 65535, "port", "cluster_id")
                .number(1, MAX, "quorum_dev_poll", "shutdown_timeout", "ccsd_poll", "max_queued")
                .number(1, MAX, "last_man_standing_window")
                .number(1, 4096, "auto_tie_breaker_node")
                .number(0, MAX, "startup_config_timeout", "debug_mask")
                .text("nodename", "keyfile")
                .doubtful("nodename", "set by cman itself, ignored in the file")
                .word("transport", "udp", "udpb", "udpu", "rdma")
                .with(
                        new Rule("multicast")
                                .text("addr", "interface")
                                .number(0, 255, "ttl")
                                .number(1, 65535, "port")
                                .once(),
                        new Rule("altmulticast")
                                .text("addr")
                                .number(0, 255, "ttl")
                                .number(1, 65535, "port")
                                .once())
                .once();
    }

    private static Rule totem() {
        return new Rule("totem")
                .number(50, 600_000, "token")
                .number(1, 1000, "token_retransmits_before_loss_const")
                .number(1, 600_000, "join", "consensus", "hold", "token_retransmit", "send_join", "merge", "downcheck")
                .number(1, MAX, "fail_recv_const", "seqno_unchanged_const", "miss_count_const", "max_network_delay")
                .number(1, MAX, "rrp_problem_count_timeout", "rrp_problem_count_threshold", "rrp_token_expired_timeout")
                .number(1, MAX, "rrp_autorecovery_check_timeout", "heartbeat_failures_allowed")
                .number(256, 65535, "netmtu")
                .number(1, 100_000, "window_size", "max_messages")
                .word("rrp_mode", "none", "active", "passive")
                .flag("secauth")
                .number(0, 64, "threads")
                .text("vsftype", "version", "nodeid", "keyfile", "transport", "cluster_name")
                .with(new Rule("interface")
                        .number(0, 7, "ringnumber")
                        .text("bindnetaddr", "mcastaddr")
                        .number(1, 65535, "mcastport")
                        .flag("broadcast")
                        .number(0, 255, "ttl"))
                .once();
    }

    private static Rule clusterNodes() {
        Rule device = new Rule("device").need("name").open();
        return new Rule("clusternodes")
                .with(new Rule("clusternode")
                        .need("name")
                        .number(1, 4096, "nodeid")
                        .number(0, 255, "votes")
                        .number(0, 65535, "weight")
                        .with(
                                new Rule("altname")
                                        .need("name")
                                        .number(1, 65535, "port")
                                        .text("mcast")
                                        .number(0, 255, "ttl"),
                                new Rule("multicast")
                                        .text("addr", "interface")
                                        .number(0, 255, "ttl")
                                        .number(1, 65535, "port"),
                                new Rule("fence")
                                        .with(new Rule("method").need("name").with(device))
                                        .once(),
                                new Rule("unfence").with(device).once()))
                .once();
    }

    private static Rule fenceDaemon() {
        return new Rule("fence_daemon")
                .number(-1, MAX, "post_join_delay")
                .number(0, MAX, "post_fail_delay", "override_time")
                .flag("clean_start", "skip_undefined")
                .text("override_path")
                .once();
    }

    private static Rule fenceXvmd() {
        return new Rule("fence_xvmd")
                .number(0, MAX, "debug")
                .number(1, 65535, "port")
                .flag("use_uuid")
                .text("multicast_address", "auth", "hash", "uri", "key_file", "multicast_interface", "family")
                .once();
    }

    private static Rule dlm() {
        return plocks(new Rule("dlm"))
                .flag("log_debug", "enable_fencing", "enable_quorum", "enable_deadlk")
                .number(0, MAX, "timewarn")
                .word("protocol", "tcp", "sctp", "detect", "0", "1", "2")
                .with(new Rule("lockspace")
                        .need("name")
                        .flag("nodir")
                        .with(new Rule("master").need("name").number(0, 65535, "weight")))
                .once();
    }

    private static Rule plocks(Rule rule) {
        return rule.flag("enable_plock", "plock_debug", "plock_ownership")
                .number(0, MAX, "plock_rate_limit", "drop_resources_time", "drop_resources_count")
                .number(0, MAX, "drop_resources_age");
    }

    private static Rule quorumd() {
        return new Rule("quorumd")
                .number(0, 3600, "interval")
                .number(1, MAX, "tko", "tko_up", "upgrade_wait", "master_wait")
                .doubtful("master_wait", NOT_IN_SCHEMA)
                .number(-255, 255, "votes")
                .number(0, 65535, "min_score")
                .text("device", "label", "cman_label", "status_file")
                .flag("reboot", "allow_kill", "paranoid", "io_timeout", "master_wins", "stop_cman", "use_uptime")
                .number(0, MAX, "max_error_cycles")
                .word("scheduler", "rr", "fifo", "other")
                .number(-20, 100, "priority")
                .number(0, 7, "log_level")
                .text("log_facility")
                .with(new Rule("heuristic")
                        .need("program")
                        .number(Integer.MIN_VALUE, 65535, "score")
                        .number(1, MAX, "interval", "tko"))
                .once();
    }

    private static Rule logging() {
        return logSettings(new Rule("logging"))
                .flag("timestamp", "fileline", "to_stderr")
                .with(logSettings(new Rule("logging_daemon"))
                        .need("name")
                        .word(
                                "subsys", "CLM", "CPG", "MAIN", "SERV", "CMAN", "TOTEM", "QUORUM", "CONFDB", "CKPT",
                                "EVT"))
                .once();
    }

    private static Rule logSettings(Rule rule) {
        String[] levels = {
            "emerg", "alert", "crit", "err", "error", "warning", "warn", "notice", "info", "debug", "panic"
        };
        return rule.flag("to_syslog", "to_logfile", "debug")
                .text("syslog_facility", "logfile")
                .word("syslog_priority", levels)
                .word("logfile_priority", levels);
    }

    private static Rule rm() {
        return new Rule("rm")
                .number(0, 7, "log_level")
                .text("log_facility")
                .flag("central_processing", "disabled", "reboot_on_pid_exhaustion")
                .number(0, MAX, "status_child_max", "status_poll_interval", "transition_throttling", "statusmax")
                .with(
                        new Rule("failoverdomains")
                                .with(new Rule("failoverdomain")
                                        .need("name")
                                        .flag("ordered", "restricted", "nofailback")
                                        .with(new Rule("failoverdomainnode")
                                                .need("name")
                                                .text("priority")))
                                .once(),
                        new Rule("resources").anyChildren().once(),
                        new Rule("resource-defaults").anyChildren().once(),
                        new Rule("events")
                                .with(new Rule("event")
                                        .text("name", "file", "class", "service", "service_state", "service_owner")
                                        .text("node", "node_id", "node_state", "node_clean", "node_local", "priority"))
                                .once())
                .anyChildren()
                .once();
    }
}
