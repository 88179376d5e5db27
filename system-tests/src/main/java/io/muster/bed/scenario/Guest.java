package io.muster.bed.scenario;

import io.muster.bed.Shell;
import io.muster.bed.guest.GuestOutput;
import io.muster.cli.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `lab_guest SCENARIO...`: runs scenarios on the kernel it finds itself on, as root, and tells what they proved (see
/// [Report]). The machine should be one that is thrown away afterwards.
public final class Guest {
    /// What IPVS and the sites need; what is built in or missing is no loss. All of it at once, because not every guest
    /// has a kernel that can load a module when it needs it.
    private static final List<String> MODULES = List.of(
            "ipv6 veth bridge ipip ip6_tunnel sch_ingress cls_flower act_skbedit ip_vs ip_vs_rr ip_vs_wrr ip_vs_lc"
                    .concat(" ip_vs_wlc ip_vs_sed ip_vs_nq ip_vs_sh ip_vs_dh ip_vs_mh ip_vs_lblc ip_vs_lblcr ip_vs_fo")
                    .concat(" ip_vs_ovf ip_vs_ftp ip_vs_pe_sip dummy")
                    .split(" "));

    /// One story, told on a site of its own.
    @FunctionalInterface
    private interface Scenario {
        void play(Report report) throws IOException;
    }

    private static final Map<String, Scenario> SCENARIOS = scenarios();

    private Guest() {}

    private static Map<String, Scenario> scenarios() {
        var all = new LinkedHashMap<String, Scenario>();
        all.put("nat", report -> new Forwarding(report).nat());
        all.put("direct", report -> new Forwarding(report).direct());
        all.put("tunnel", report -> new Forwarding(report).tunnel());
        all.put("table", report -> new TableScenario(report).play());
        all.put("servers", report -> new Failure(report).servers());
        all.put("drain", report -> new Draining(report).rollingRestart());
        all.put("daemons", report -> new Takeover(report).daemons());
        all.put("hosts", report -> new Takeover(report).hosts());
        all.put("families", report -> new Families(report).bothFamilies());
        all.put("nat6", report -> new Families(report).natIpv6());
        all.put("ipvsadm", report -> new IpvsadmScenario(report).play());
        all.put("sync", report -> new SyncScenario(report).play());
        return all;
    }

    public static void main(String[] args) {
        if (args.length > 0 && (args[0].equals("bench-director") || args[0].equals("demo"))) {
            int status = figures(args);
            System.out.flush();
            Runtime.getRuntime().halt(status);
        }
        if (args.length == 2 && args[0].equals("bench-table")) {
            System.exit(benchTable(Integer.parseInt(args[1])));
        }
        if (args.length == 0 || !SCENARIOS.keySet().containsAll(List.of(args))) {
            System.err.println("Usage: lab_guest SCENARIO...   inside the lab, as root; scenarios: "
                    + String.join(", ", SCENARIOS.keySet()));
            System.exit(2);
        }
        modules();
        Report report = new Report(System.out);
        for (String name : args) {
            report.prove(name, new Host[0], () -> {
                Scenario scenario = SCENARIOS.get(name);
                if (scenario != null) {
                    scenario.play(report);
                }
                return "played to its end";
            });
        }
        System.out.flush();
        // Threads of sites that failed half-way must not keep the guest.
        Runtime.getRuntime().halt(report.status());
    }

    private static void modules() {
        for (String module : MODULES) {
            // One by one: a missing one would end the list.
            Shell.run(Site.PATIENCE_MS, Map.of(), List.of("modprobe", "-q", module));
        }
    }

    /// `lab_guest bench-director ipvs|addresses TRIALS` and `lab_guest demo`: what `./muster bench director` and
    /// `./muster demo lvs` run, wherever that is. The last line is [GuestOutput#FIGURES] and the figures.
    private static int figures(String[] args) {
        try {
            Map<String, Object> figures;
            if (args[0].equals("demo")) {
                modules();
                figures = new DirectorDemo(System.out).play();
            } else {
                boolean ipvs = args[1].equals("ipvs");
                if (ipvs) {
                    modules();
                }
                figures = new DirectorBench(ipvs, Integer.parseInt(args[2]), System.out).run();
            }
            System.out.println(GuestOutput.FIGURES + Json.text(figures));
            return 0;
        } catch (IOException | IllegalStateException e) {
            System.err.println(args[0] + ": " + e.getMessage());
            return 1;
        }
    }

    /// `lab_guest bench-table ROUNDS`: what `./muster bench table` runs.
    private static int benchTable(int rounds) {
        try {
            new TableBench(System.out).run(rounds);
            return 0;
        } catch (IOException | IllegalStateException e) {
            System.err.println("bench: " + e.getMessage());
            return 1;
        }
    }
}
