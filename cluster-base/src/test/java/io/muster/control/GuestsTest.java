package io.muster.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class GuestsTest {
    private final Guests guests = new Guests();

    @Test
    void aUserHasSoManyConnectionsAndOthersHaveTheirs() {
        for (int i = 0; i < Guests.SESSIONS_EACH; i++) {
            assertEquals("", guests.admit(65534, 0));
        }
        String full = guests.admit(65534, 0);
        assertEquals("16 connections of user 65534 are open already: try again later", full);
        assertEquals("", guests.admit(1000, 0));
        guests.left(65534);
        assertEquals("", guests.admit(65534, 0));
    }

    @Test
    void allUsersTogetherHaveSoMany() {
        for (int i = 0; i < Guests.SESSIONS_ALL; i++) {
            assertEquals("", guests.admit(1000 + i, 0));
        }
        assertNotEquals("", guests.admit(5000, 0));
        guests.left(1000);
        assertEquals("", guests.admit(5000, 0));
    }

    @Test
    void questionsAreAnsweredAtARateWhateverIsAsked() {
        int answered = 0;
        for (long nowMs = 0; nowMs < 10_000; nowMs++) {
            answered += guests.waitMs(65534, nowMs) == 0 ? 1 : 0;
        }
        int rate = 10_000 / Guests.EACH_MS + Guests.AHEAD_MS / Guests.EACH_MS;
        assertTrue(answered <= rate + 1 && answered >= rate - 1, answered + " answered");
        int others = 0;
        for (long nowMs = 10_000; nowMs < 11_000; nowMs++) {
            others += guests.waitMs(1000, nowMs) == 0 ? 1 : 0;
        }
        assertTrue(others >= 50, "another user has its own: " + others);
    }

    @Test
    void allUsersTogetherAreBoundedToo() {
        int answered = 0;
        for (long nowMs = 0; nowMs < 10_000; nowMs++) {
            for (int uid = 1000; uid < 1020; uid++) {
                answered += guests.waitMs(uid, nowMs) == 0 ? 1 : 0;
            }
        }
        assertTrue(answered <= (10_000 + Guests.AHEAD_MS) / Guests.ALL_MS + 1, answered + " answered");
    }

    @Test
    void whoWaitsAsLongAsToldIsAnswered() {
        long nowMs = 0;
        long waitMs;
        while ((waitMs = guests.waitMs(65534, nowMs)) == 0) {
            nowMs++;
        }
        assertTrue(waitMs > 0 && waitMs <= Guests.EACH_MS, waitMs + " ms");
        assertEquals(0, guests.waitMs(65534, nowMs + waitMs));
    }
}
