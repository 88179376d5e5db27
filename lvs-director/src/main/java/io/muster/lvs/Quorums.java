package io.muster.lvs;

import io.muster.checks.HealthEffect;
import io.muster.checks.Target;
import io.muster.ipvs.ServiceId;
import io.muster.lvscf.LvsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Who has gone up or down, for the programs that lvs.cf wants run then: real servers as their checks' core tells,
/// and virtual servers, which are up while one of their real servers is and has a weight. A drain makes nobody go
/// down: whoever drains knows.
///
/// | | told |
/// |---|---|
/// | a server's first good check, its failure, its return | yes |
/// | the first of a virtual's servers up, the last one down, by checks or by a reload | yes |
/// | a new server that has never been up fails | no: it was down |
/// | what lvsd finds up in the table when it starts | no: it was up |
/// | a server or virtual leaves lvs.cf, or lvsd ends | no |
///
/// The same events are told whether lvs.cf names programs or not, since a record of lvsd doesn't hold their names.
///
/// Source of the rules: keepalived's `notify_up`, `quorum_up` and so on, with a quorum of 1.
///
/// Thread: the core's.
final class Quorums {
    private final Parts parts;
    private final SortedSet<ServiceId> quorate = new TreeSet<>();

    Quorums(Parts parts) {
        this.parts = parts;
    }

    /// All of it: which virtual servers are up, as far as was told.
    SortedSet<ServiceId> image() {
        return new TreeSet<>(quorate);
    }

    void resume(SortedSet<ServiceId> image) {
        quorate.clear();
        quorate.addAll(image);
    }

    /// A real server has.
    void changed(HealthEffect.Changed changed, Plan plan) {
        Plan.Service service = plan.serviceOf(changed.target());
        Plan.Server server = service == null ? null : service.server(changed.target());
        if (service == null || server == null) {
            return;
        }
        var environment = environment(service, changed.up(), changed.reason());
        environment.put("LVS_SERVER", server.server().name());
        environment.put("LVS_ADDRESS", server.server().address().toString());
        environment.put("LVS_PORT", Integer.toString(server.server().port()));
        tell(
                service.virtual().name() + "/" + server.server().name(),
                changed.up(),
                server.server().onChange(),
                environment);
        judge(service, changed.reason());
    }

    /// A weight has changed.
    void judge(Target target, String reason, Plan plan) {
        Plan.Service service = plan.serviceOf(target);
        if (service != null) {
            judge(service, reason);
        }
    }

    /// What was in the table is as it was before: nobody has gone up.
    void found(Plan plan) {
        for (Plan.Service service : plan.services().values()) {
            if (up(service) > 0) {
                quorate.add(service.service().id());
            }
        }
    }

    /// Servers have come, gone or another weight.
    void reloaded(Plan before, Plan now) {
        quorate.removeIf(id -> !now.services().containsKey(id));
        for (Plan.Service service : now.services().values()) {
            ServiceId id = service.service().id();
            if (before.services().containsKey(id)) {
                judge(service, "lvs.cf was read anew");
            } else if (up(service) > 0) {
                quorate.add(id);
            }
        }
    }

    private void judge(Plan.Service service, String reason) {
        ServiceId id = service.service().id();
        boolean up = up(service) > 0;
        if (up ? quorate.add(id) : quorate.remove(id)) {
            var environment = environment(service, up, reason);
            environment.put("LVS_ADDRESS", id.isMark() ? "" : id.address().toString());
            environment.put("LVS_PORT", Integer.toString(service.virtual().port()));
            tell(service.virtual().name(), up, service.virtual().quorum(), environment);
        }
    }

    private int up(Plan.Service service) {
        int up = 0;
        for (Plan.Server server : service.servers().values()) {
            up += parts.up(server.target()) && parts.weight(server.target()) > 0 ? 1 : 0;
        }
        return up;
    }

    private SortedMap<String, String> environment(Plan.Service service, boolean up, String reason) {
        var environment = new TreeMap<String, String>();
        environment.put("LVS_EVENT", up ? "up" : "down");
        environment.put("LVS_VIRTUAL", service.virtual().name());
        environment.put("LVS_SERVICE", service.service().id().toString());
        environment.put("LVS_REASON", reason);
        environment.put("LVS_SERVERS", Integer.toString(service.servers().size()));
        environment.put("LVS_SERVERS_UP", Integer.toString(up(service)));
        return environment;
    }

    private void tell(String subject, boolean up, LvsConfig.Notify notify, SortedMap<String, String> environment) {
        String line = up ? notify.up() : notify.down();
        parts.journal.add(new LvsdEffect.Notify(subject, up, words(line, environment), environment));
    }

    /// Cut at blanks, as `send_program` is; what stands for something as a whole word is replaced.
    private static List<String> words(String line, SortedMap<String, String> environment) {
        List<String> words = new ArrayList<>();
        if (!line.isBlank()) {
            for (String word : line.strip().split("[ \t]+")) {
                words.add(
                        switch (word) {
                            case "%e" -> environment.getOrDefault("LVS_EVENT", "");
                            case "%v" -> environment.getOrDefault("LVS_VIRTUAL", "");
                            case "%s" -> environment.getOrDefault("LVS_SERVER", "");
                            case "%h" -> environment.getOrDefault("LVS_ADDRESS", "");
                            case "%p" -> environment.getOrDefault("LVS_PORT", "");
                            default -> word;
                        });
            }
        }
        return words;
    }
}
