package io.muster.driver;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import java.util.Map;
import java.util.function.UnaryOperator;

/// The whole state of a core as octets, and a core from such octets: what a segment of a flight record opens with.
///
/// It walks the fields of our own classes and the contents of a few of the JDK's, keeping track of which object is
/// which, so that no core needs a line of code for it. Only classes below `io.muster` are made from an image, and
/// none of their constructors runs but those of records. A function held in a field isn't state: it is left out and
/// put back by the reader under the name `Class.field`. Passwords are masked ([Secrets]), and what is marked
/// as [Secret] in a record is empty.
///
/// An image is for the build that wrote it: each class is written with a sum of its fields, and another one's is
/// refused. Thread: one at a time.
public final class StateImage {
    private StateImage() {}

    /// @throws IllegalArgumentException for something that isn't state: a thread, a socket, a lambda in a list
    public static byte[] write(Object core) {
        return write(core, octets -> octets);
    }

    /// @param shown what octets may be written as, beside the masking of passwords: the same array if as they are
    /// @throws IllegalArgumentException as the other
    public static byte[] write(Object core, UnaryOperator<byte[]> shown) {
        var writer = new ImageWriter(shown);
        writer.write(core, "");
        return writer.octets();
    }

    /// @param outside functions by `Class.field`
    public static Object read(byte[] image, Map<String, Object> outside) throws MalformedMessage {
        var reader = new ImageReader(new Input(image), outside);
        Object core;
        try {
            core = reader.read();
        } catch (RuntimeException | StackOverflowError e) {
            // A key that can't be compared, a record that refuses its components: whatever damage makes of an image.
            throw new MalformedMessage("not an image: " + e);
        }
        if (core == null) {
            throw new MalformedMessage("an image of nothing");
        }
        return core;
    }
}
