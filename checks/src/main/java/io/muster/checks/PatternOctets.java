package io.muster.checks;

import io.muster.driver.RecordCodec;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// How the patterns of checks stand in flight records: flags, a blank, the pattern.
public final class PatternOctets {
    private PatternOctets() {}

    /// The same codec, which knows patterns too.
    public static RecordCodec in(RecordCodec codec) {
        return codec.with(
                Pattern.class,
                pattern -> (pattern.flags() + " " + pattern.pattern()).getBytes(StandardCharsets.UTF_8),
                PatternOctets::pattern);
    }

    private static Optional<Pattern> pattern(byte[] octets) {
        String text = new String(octets, StandardCharsets.UTF_8);
        int blank = text.indexOf(' ');
        try {
            return Optional.of(Pattern.compile(
                    text.substring(blank + 1), Integer.parseInt(text.substring(0, Math.max(0, blank)))));
        } catch (PatternSyntaxException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
