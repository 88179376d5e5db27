package io.muster.finding;

/// Something of a file that a problem can be about: an element, a word of a line.
public interface Placed {
    /// From 1; 0 for the file as a whole.
    int line();

    /// From 1, in characters.
    int column();

    /// How messages call it, `<fencedevice name="apc1">`; empty where the place says enough.
    default String subject() {
        return "";
    }

    /// The place of one of its parts, an attribute for instance, under the same subject. Itself for a part whose
    /// place isn't known.
    default Placed part(String name) {
        return this;
    }

    /// A place and no more.
    static Placed at(int line, int column) {
        return new Spot(line, column);
    }

    /// Where something stands.
    record Spot(int line, int column) implements Placed {}
}
