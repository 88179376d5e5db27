package io.muster.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.muster.cli.Said;
import io.muster.core.MalformedMessage;
import io.muster.driver.RecordCodec;
import io.muster.driver.Replay;
import io.muster.wire.Output;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeReplayTest {
    @Test
    void aChaoticLifeReplaysAlsoFromALaterSegment(@TempDir Path directory) throws IOException {
        var story = new TreeStory(Long.getLong("seed", 3), directory);
        story.tell();
        story.close();
        try (var lives = Files.list(directory)) {
            List<Path> all = lives.sorted().toList();
            assertFalse(all.isEmpty());
            for (Path life : all) {
                Said said = Said.together(new Replay()::run, life.toString());
                assertEquals(0, said.status(), said.out());
            }
        }
    }

    @Test
    void passwordsOfResourcesAreInNoImage() {
        RecordCodec codec = TreeRecord.newCodec();
        var run = new TreeRun();
        ResourceNode plain = Agents.services("<service name='s'/>").getFirst();
        var secret = new ResourceNode(
                plain.metadata(),
                java.util.Map.of("name", "s", "passwd", "sesame"),
                List.of(),
                plain.independence(),
                List.of(),
                false);
        run.on(new TreeEvent.Configure(List.of(secret), Collections.emptySortedSet(), Collections.emptySortedMap()), 0);
        var out = new Output(1024);
        codec.encode(out, run.image(), Integer.MAX_VALUE);
        assertFalse(new String(out.toBytes(), StandardCharsets.ISO_8859_1).contains("sesame"));
    }

    @Test
    void anImageThatContradictsItselfIsRefused() {
        var run = new TreeRun();
        run.on(
                new TreeEvent.Configure(
                        Agents.services("<service name='s'/>"),
                        Collections.emptySortedSet(),
                        Collections.emptySortedMap()),
                0);
        TreeImage image = run.image();
        var trees = new java.util.TreeMap<Integer, TreeImage.Tree>();
        image.trees()
                .forEach(
                        (number, tree) -> trees.put(number, new TreeImage.Tree(tree.root(), List.of(), tree.marked())));
        var damaged = new TreeImage(
                image.barred(),
                image.questions(),
                image.calls(),
                trees,
                image.services(),
                image.endings(),
                image.listing(),
                image.incomplete(),
                image.unfit());
        assertThrows(MalformedMessage.class, () -> new TreeReplay().restore(damaged));
    }
}
