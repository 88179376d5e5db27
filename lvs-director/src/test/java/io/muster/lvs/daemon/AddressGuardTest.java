package io.muster.lvs.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.muster.driver.Patience;
import io.muster.pulse.SignOfLife;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AddressGuardTest {
    /// What is answered to the lines of a pulse that says goodbye.
    private static String answers(String lines, boolean works) {
        var out = new ByteArrayOutputStream();
        var ended = new Patience();
        AddressGuard.start(
                new ByteArrayInputStream((lines + "bye\n").getBytes(StandardCharsets.US_ASCII)),
                new PrintStream(out, true, StandardCharsets.US_ASCII),
                new AddressGuard.Listener() {
                    @Override
                    public void ended(boolean orphaned) {
                        ended.end();
                    }

                    @Override
                    public void asked(Runnable answer) {
                        if (works) {
                            answer.run();
                        }
                    }
                });
        assertTrue(ended.await(10_000));
        return out.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void whoWorksAnswersWithTheNumberOfTheQuestion() {
        String answer = answers(SignOfLife.question(17) + "\n", true);
        assertEquals(OptionalLong.of(17), SignOfLife.answer(answer.strip()));
    }

    @Test
    void whoDoesntWorkSaysNothing() {
        assertEquals("", answers(SignOfLife.question(17) + "\n", false));
    }

    @Test
    void otherLinesAreNoAnswers() {
        assertEquals(OptionalLong.empty(), SignOfLife.answer("works hard"));
        assertEquals(OptionalLong.empty(), SignOfLife.answer("2026-12-01T13:54:40Z lvsd[1] INFO works 5"));
    }
}
