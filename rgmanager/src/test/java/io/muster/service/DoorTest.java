package io.muster.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.service.Stage.Disabled;
import io.muster.service.Stage.Placing;
import io.muster.service.Stage.Started;
import io.muster.service.Stage.Starting;
import io.muster.service.Stage.Stopped;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.FieldInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What [Transitions] lets through, and that there is no other door.
class DoorTest {
    /// The table in the comment of [Transitions]: from which stage (row) to which (column, in the same
    /// order).
    private static final String TABLE = """
            stopped      . x x . x . . x x
            placing      x . x . . . . x x
            starting     x x . x . . . x .
            started      x . . . x x . x x
            stopping     x x . . x . . x x
            recoverable  x . . . . . x x .
            recovering   x . x . . . . x x
            failed       x . . . x . . x .
            disabled     x x . . x . . x .
            """;

    private final ClusterState state = States.ready(Plans.plan(1, 3, List.of()), List.of(1, 2, 3));
    private final Transitions transitions = new Transitions(state);

    private Service service(Stage stage) {
        return new Service("service:web", stage);
    }

    @Test
    void eachTransitionIsInTheTableOrAnError() {
        List<Stage> stages = Stages.plain();
        List<String> rows = TABLE.lines().toList();
        for (int from = 0; from < stages.size(); from++) {
            String[] cells = rows.get(from).split(" +");
            assertEquals(cells[0], name(stages.get(from)), "the rows are in the order of the stages");
            for (int to = 0; to < stages.size(); to++) {
                Service service = service(stages.get(from));
                Stage next = stages.get(to);
                String what = name(stages.get(from)) + " -> " + name(next);
                boolean allowed = cells[to + 1].equals("x");
                Runnable enter = () -> transitions.enter(service, next, "why", service.holders(), ResultCode.SUCCESS);
                if (allowed) {
                    enter.run();
                    assertEquals(next, service.stage, what);
                } else {
                    var wrong = assertThrows(IllegalStateException.class, enter::run, what);
                    assertEquals(stages.get(from), service.stage, what);
                    assertTrue(wrong.getMessage().startsWith("service:web: "), wrong.getMessage());
                    assertTrue(wrong.getMessage().contains(stages.get(from) + " -> " + next), wrong.getMessage());
                    assertTrue(wrong.getMessage().contains("why"), wrong.getMessage());
                }
            }
        }
    }

    private static String name(Stage stage) {
        return stage.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    @Test
    void nothingStartsWhileOthersMayRunIt() {
        Stage starting = new Starting(States.run(1), 1, "d", Search.ANYWHERE, Stages.NONE);
        for (var holders : List.of(Stages.nodes(2), Stages.nodes(1, 2))) {
            Service service = service(new Stopped(holders, false));
            var wrong = assertThrows(
                    IllegalStateException.class,
                    () -> transitions.enter(service, starting, "placed", holders, null),
                    "held by " + holders);
            assertTrue(wrong.getMessage().contains("others"), wrong.getMessage());
        }
        Service former = service(new Stopped(Stage.only(States.formerRun(1)), false));
        assertThrows(IllegalStateException.class, () -> transitions.enter(former, starting, "placed"));
        Service own = service(new Stopped(Stages.nodes(1), false));
        transitions.enter(own, starting, "placed");
        assertEquals(starting, own.stage, "its own present run is no hindrance");
    }

    @Test
    void noHolderIsForgottenWithoutProof() {
        Service service = service(new Started(States.run(1), 1, "d", Stages.NONE));
        var wrong = assertThrows(
                IllegalStateException.class,
                () -> transitions.enter(service, new Stopped(Stage.NOBODY, false), "quorum dissolved"));
        assertTrue(wrong.getMessage().contains("without proof"), wrong.getMessage());
        transitions.enter(service, new Stopped(Stage.NOBODY, false), "fenced", Stages.nodes(1), null);
        assertEquals(Stage.NOBODY, service.holders());
    }

    @Test
    void noRequestIsLeftWithoutAnAnswer() {
        var asked = Optional.of(new Request(2, 77, RequestKind.ENABLE, 1));
        Service service = service(new Placing(Stage.NOBODY, Search.ANYWHERE, asked));
        var wrong = assertThrows(
                IllegalStateException.class,
                () -> transitions.enter(service, new Stopped(Stage.NOBODY, true), "nobody could start it"));
        assertTrue(wrong.getMessage().contains("without an answer"), wrong.getMessage());
        transitions.end(service, new Stopped(Stage.NOBODY, true), "nobody could start it", ResultCode.FAIL);
        assertEquals(List.of(new ServiceEffect.Answer(77, ResultCode.FAIL, 0)), transitions.drain(2));
    }

    @Test
    void aTransitionIsOneLineInTheLogAndTheFormerOwnerIsKept() {
        Service service = service(new Started(States.run(3), 1, "d", Stages.NONE));
        transitions.enter(service, new Disabled(Stages.nodes(3)), "owner is gone");
        assertEquals(
                List.of(new ServiceEffect.StateChanged(
                        "service:web", ServiceState.STARTED, ServiceState.DISABLED, 0, "owner is gone")),
                transitions.drain(1));
        assertEquals(3, service.lastOwner);
        assertTrue(service.transitionMs > 0);
    }

    @Test
    void toOperatorsStoppedAndPlacingAreOne() {
        Service service = service(new Stopped(Stage.NOBODY, true));
        transitions.enter(service, new Placing(Stage.NOBODY, Search.ANYWHERE, Stages.NONE), "enabled by request");
        assertEquals(List.of(), transitions.drain(1));
        assertEquals(0, service.transitionMs);
    }

    /// Fields of a service are open to all of the package, since reading them is what most of it does;
    /// the compiled classes say who writes them.
    @Test
    void nobodyButTransitionsWritesAFieldOfAService() throws IOException {
        String service = Service.class.getName().replace('.', '/');
        List<String> writers = new ArrayList<>();
        for (ClassModel model : classes()) {
            boolean writes = model.methods().stream()
                    .flatMap(method -> method.code().stream())
                    .flatMap(code -> code.elementStream())
                    .anyMatch(e -> e instanceof FieldInstruction field
                            && field.opcode() == Opcode.PUTFIELD
                            && field.owner().asInternalName().equals(service));
            if (writes) {
                writers.add(model.thisClass().asInternalName());
            }
        }
        assertEquals(List.of(service, Transitions.class.getName().replace('.', '/')), writers);
    }

    private static List<ClassModel> classes() throws IOException {
        Path directory = Path.of(Objects.requireNonNull(Service.class.getResource("Service.class"))
                        .getPath())
                .getParent();
        List<ClassModel> models = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    models.add(ClassFile.of().parse(in.readAllBytes()));
                }
            }
        }
        return models;
    }
}
