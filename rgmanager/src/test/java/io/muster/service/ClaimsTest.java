package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.group.Remains;
import io.muster.service.Plan.Resource;
import io.muster.service.Plan.ServiceSpec;
import io.muster.service.Stage.Disabled;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Stopped;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Who has what a service needs, and what is said of it to whoever asks for a start.
class ClaimsTest {
    private static final String FS = "device=/dev/sdb1";

    private final ServiceSpec web = with("web", fs("/dev/sdb1"), script("/etc/init.d/web"));
    private final ServiceSpec db = with("db", fs("/dev/sdb1"));
    private final ServiceSpec mail = with("mail", script("/etc/init.d/web"));
    private final ClusterState state = States.ready(Plans.plan(1, 3, List.of(), web, db, mail), List.of(1, 2, 3));

    private static ServiceSpec with(String name, Resource... resources) {
        return Plans.having(Plans.service(name), resources);
    }

    private static Resource fs(String device) {
        return new Resource("fs", attributes("name", device, "device", device));
    }

    private static Resource script(String file) {
        return new Resource("script", attributes("name", file, "file", file));
    }

    private static SortedMap<String, String> attributes(String... pairs) {
        var map = new TreeMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    @BeforeEach
    void types() {
        state.types.put(1, Plans.TABLE);
        for (ServiceSpec spec : List.of(web, db, mail)) {
            state.services.put(spec.name(), new Service(spec.name(), new Disabled(Stage.NOBODY)));
        }
    }

    private Service service(ServiceSpec spec) {
        return state.services.get(spec.name());
    }

    /// Runs there, with these.
    private void runs(ServiceSpec spec, int nodeid, String... what) {
        service(spec).stage = new Started(States.run(nodeid), 1, spec.digest(), Optional.empty());
        has(spec, nodeid, what);
    }

    private void has(ServiceSpec spec, int nodeid, String... what) {
        service(spec).held = new TreeMap<>(
                Map.of(States.run(nodeid), Collections.unmodifiableSortedSet(new TreeSet<>(List.of(what)))));
    }

    private List<Claims.Conflict> conflicts(ServiceSpec spec, int nodeid) {
        return state.claims().conflicts(service(spec), spec, nodeid);
    }

    @Test
    void whatIsUsedOnceIsMissingOnEveryNode() {
        runs(web, 1, FS, "@script.file=/etc/init.d/web");
        for (int nodeid = 1; nodeid <= 3; nodeid++) {
            assertEquals(List.of(new Claims.Conflict(service(web), States.run(1), FS, false)), conflicts(db, nodeid));
        }
        assertEquals(List.of(), conflicts(web, 2), "one's own is no hindrance");
    }

    @Test
    void aScriptIsMissingWhereItIsUsed() {
        runs(web, 1, FS, "@script.file=/etc/init.d/web");
        assertEquals(1, conflicts(mail, 1).size());
        assertEquals(List.of(), conflicts(mail, 2));
    }

    @Test
    void ofWhomNobodyKnowsWhatHeHasMayHaveAnything() {
        runs(web, 1, Claims.UNKNOWN);
        assertEquals(1, conflicts(db, 2).size());
        assertEquals(1, conflicts(mail, 1).size());
        assertEquals(List.of(), conflicts(mail, 2), "what counts on a node only");
    }

    @Test
    void whatTheConfigurationGivesToAnotherWillBeLetGoOf() {
        runs(db, 1, FS, "device=/dev/sdz");
        ServiceSpec other = with("other", fs("/dev/sdz"));
        state.services.put(other.name(), new Service(other.name()));
        assertTrue(conflicts(other, 1).getFirst().passing(), "db needs it no more");
        assertFalse(conflicts(web, 1).getFirst().passing(), "db needs it still");
        service(db).frozen = true;
        assertFalse(conflicts(other, 1).getFirst().passing(), "an operator is at work on db");
    }

    @Test
    void aListThatNamesWhoHasItBarsWhoNeedsIt() {
        var run = States.formerRun(1);
        service(db).held = new TreeMap<>(Map.of(run, new TreeSet<>(List.of(FS))));
        service(mail).held = new TreeMap<>(Map.of(run, new TreeSet<>(List.of("@script.file=/etc/init.d/web"))));
        assertTrue(state.claims().listBars(web, run, Remains.of("service:db")));
        assertFalse(state.claims().listBars(web, run, Remains.of("service:mail")), "of its node only");
        assertTrue(state.claims().listBars(web, run, Remains.of("service:gone")), "nobody knows what it had");
        assertFalse(state.claims().listBars(web, run, Remains.of("service:web")), "its own is barred by name");
        assertFalse(state.claims().listBars(mail, run, Remains.of("service:db")));
    }

    private ServiceEffect.Answer asked(RequestKind kind, ServiceSpec spec, int target) {
        var transitions = new Transitions(state);
        new Requests(state, transitions).arrive(new Request(3, 9, kind, target), spec.name());
        return transitions.drain(3).stream()
                .filter(ServiceEffect.Answer.class::isInstance)
                .map(ServiceEffect.Answer.class::cast)
                .reduce((one, other) -> {
                    throw new AssertionError("two answers: " + one + " " + other);
                })
                .orElseThrow(() -> new AssertionError("no answer; " + service(spec).stage));
    }

    @Test
    void whoAsksForAStartHearsWhoHasWhatItNeeds() {
        runs(web, 1, FS);
        for (RequestKind kind : List.of(RequestKind.ENABLE, RequestKind.ENABLE_BY_DOMAIN)) {
            assertEquals(
                    "waits for service:web, which has device /dev/sdb1 on node 1: clusvcadm -d service:web",
                    asked(kind, db, 0).why());
        }
        service(db).stage = new Stopped(Stage.NOBODY, false);
        String why = Barred.why(state, service(db));
        assertEquals(why, asked(RequestKind.RESTART, db, 0).why(), "as in the status");
        assertEquals(why, asked(RequestKind.RELOCATE, db, 2).why());
        assertEquals("", asked(RequestKind.STOP, db, 0).why());
    }

    @Test
    void whoAsksForAStartHearsWhatCantBeRun() {
        for (int nodeid = 1; nodeid <= 3; nodeid++) {
            state.unfit.put(nodeid, new TreeMap<>(Map.of("service:mail", "script:x: no agent")));
        }
        var answer = asked(RequestKind.ENABLE, mail, 0);
        assertEquals(ResultCode.DOMAIN, answer.code());
        assertEquals("it would run without a resource: script:x: no agent", answer.why());
        assertEquals("", Barred.why(state, service(mail)), "nobody wants it started otherwise");
    }

    @Test
    void whatWasLeftRunningWhileNoRgmanagerWasThereIsSaidToBeThat() {
        service(web).stage = new Started(States.run(1), 1, "", Optional.empty());
        service(web).frozen = true;
        assertEquals(
                "it was left running while no rgmanager was there: compared with its configuration once it isn't"
                        + " frozen: clusvcadm -U service:web",
                Barred.why(state, service(web)));
        service(web).frozen = false;
        assertEquals(
                "it was left running while no rgmanager was there: not compared with its configuration yet",
                Barred.why(state, service(web)));
        runs(web, 1, FS);
        service(web).stage = new Started(States.run(1), 1, "other", Optional.empty());
        assertEquals("its new configuration isn't carried out yet", Barred.why(state, service(web)));
    }

    @Test
    void whoAsksForAStartHearsWhoMayStillRunIt() {
        service(mail).stage = new Disabled(Stages.nodes(2));
        var answer = asked(RequestKind.ENABLE, mail, 3);
        assertEquals(ResultCode.FENCE, answer.code());
        assertEquals("its stop failed on node 2: clusvcadm -d service:mail", answer.why());
    }
}
