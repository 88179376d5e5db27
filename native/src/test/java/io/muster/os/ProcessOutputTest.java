package io.muster.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ProcessOutputTest {
    /// More than any look may read.
    private static final long ENDLESS = 1 << 26;

    /// Always has more, as a pipe into which others write faster than it is read.
    private static final class Flood extends InputStream {
        private long read;

        @Override
        public int available() {
            return Integer.MAX_VALUE;
        }

        @Override
        public int read() {
            read++;
            return 'x';
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) 'x');
            read += length;
            assertTrue(read < ENDLESS, "still reading after " + read + " octets");
            return length;
        }
    }

    @Test
    void aLookAtWhatNeverEndsEnds() {
        var flood = new Flood();
        try (var output = new ProcessOutput(flood, 10)) {
            output.look();
            assertEquals("xxxxxxxxxx", output.text());
            assertTrue(flood.read > 64 * 1024, "a look reads all that a pipe holds, not " + flood.read);
            output.look();
            assertEquals("xxxxxxxxxx", output.text());
        }
    }

    @Test
    void theBeginningIsKept() {
        var from = new ByteArrayInputStream("the beginning and the end".getBytes(StandardCharsets.UTF_8));
        try (var output = new ProcessOutput(from, 13)) {
            output.look();
            assertEquals("the beginning", output.text());
            assertEquals(0, from.available());
        }
    }
}
