package io.muster.lvscf;

import io.muster.finding.Shown;
import io.muster.net.IpAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A block of lvs.cf as it was read: what it gives each key, the last of several, and the blocks in it.
final class Block {
    /// Which keys it has.
    enum Kind {
        FILE("the file"),
        VIRTUAL("virtual"),
        FAILOVER("failover"),
        SERVER("server"),
        /// Opened by a word that doesn't exist: reported there, its contents aren't looked at.
        UNKNOWN("");

        final String word;

        Kind(String word) {
            this.word = word;
        }

        Map<String, Key> keys() {
            return switch (this) {
                case FILE -> Key.GLOBAL;
                case VIRTUAL -> Key.VIRTUAL;
                case FAILOVER -> Key.FAILOVER;
                case SERVER -> Key.SERVER;
                case UNKNOWN -> Map.of();
            };
        }
    }

    /// One assignment.
    ///
    /// @param at the value's place
    /// @param text the value as written
    /// @param value what was read; null when it was wrong, which has been reported
    record Entry(
            Line.Token key,
            Line.Token at,
            String text,
            @Nullable Object value) {}

    /// An address with a device.
    ///
    /// @param prefix -1 when none was written
    record Placed(IpAddress address, int prefix, String device) {}

    /// A netmask in either spelling.
    ///
    /// @param dotted whether `bits` is an IPv4 mask; otherwise it is the length of a prefix
    record Mask(boolean dotted, int bits) {
        /// As a length for a family; -1 when it is none.
        int prefix(boolean v6) {
            if (!dotted) {
                return bits <= (v6 ? 128 : 32) ? bits : -1;
            }
            int length = Integer.bitCount(bits);
            return v6 || length < 32 && bits << length != 0 ? -1 : length;
        }
    }

    /// The value of what is written as zeros and isn't given so.
    static final Object UNSET = new Object();

    final Kind kind;
    final Line.Token at;
    final String name;
    final List<Block> blocks = new ArrayList<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    Block(Kind kind, Line.Token at, String name) {
        this.kind = kind;
        this.at = at;
        this.name = name;
    }

    /// `virtual web`, for messages.
    String title() {
        return kind == Kind.FILE ? "" : kind.word + " " + printable(name);
    }

    /// @return what the key had before
    Optional<Entry> put(String key, Entry entry) {
        return Optional.ofNullable(entry.value() == UNSET ? entries.remove(key) : entries.put(key, entry));
    }

    Optional<Entry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    /// Whether the file gives this key any value, be it a wrong one.
    boolean names(String key) {
        return entries.containsKey(key);
    }

    /// Where to point for a problem with this key: its value, else the block.
    Line.Token place(String key) {
        Entry entry = entries.get(key);
        return entry == null ? at : entry.at();
    }

    <T> Optional<T> value(String key, Class<T> type) {
        Entry entry = entries.get(key);
        return entry == null || entry.value() == null ? Optional.empty() : Optional.of(type.cast(entry.value()));
    }

    long number(String key, long fallback) {
        return value(key, Long.class).orElse(fallback);
    }

    boolean flag(String key, boolean fallback) {
        return number(key, fallback ? 1 : 0) != 0;
    }

    String text(String key, String fallback) {
        return value(key, String.class).orElse(fallback);
    }

    List<Block> blocks(Kind wanted) {
        return blocks.stream().filter(block -> block.kind == wanted).toList();
    }

    private static String printable(String text) {
        String quoted = Shown.quoted(text);
        return quoted.substring(1, quoted.length() - 1);
    }
}
