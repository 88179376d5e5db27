package io.muster.driver;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads what an [ImageWriter] of the same build wrote, one image; anything else is refused. Thread: one.
final class ImageReader {
    private static final int MAX_OBJECTS = 8 << 20;

    private final Input in;
    private final Map<String, Object> outside;
    private final List<@Nullable Object> seen = new ArrayList<>();
    private final List<Class<?>> classes = new ArrayList<>();

    ImageReader(Input in, Map<String, Object> outside) {
        this.in = in;
        this.outside = outside;
    }

    private Class<?> type() throws MalformedMessage {
        int number = in.u16();
        if (number > 0) {
            if (number > classes.size()) {
                throw new MalformedMessage("no class " + number);
            }
            return classes.get(number - 1);
        }
        String name = in.string();
        int sum = in.i32();
        if (!name.startsWith(ImageShape.OURS) && !name.startsWith("[") && !name.startsWith("java.lang.")) {
            throw new MalformedMessage("an image with a " + name);
        }
        try {
            Class<?> type = Class.forName(name, false, StateImage.class.getClassLoader());
            boolean shaped = !type.isEnum() && !type.isArray() && name.startsWith(ImageShape.OURS);
            if (shaped && ImageShape.of(type).sum() != sum) {
                throw new MalformedMessage(name + " was written by another build");
            }
            classes.add(type);
            return type;
        } catch (ClassNotFoundException e) {
            throw new MalformedMessage("no class " + name);
        }
    }

    private int slot() throws MalformedMessage {
        if (seen.size() >= MAX_OBJECTS) {
            throw new MalformedMessage("more than " + MAX_OBJECTS + " objects");
        }
        seen.add(null);
        return seen.size() - 1;
    }

    private int count(int octetsEach) throws MalformedMessage {
        int count = in.u32(MAX_OBJECTS);
        if ((long) count * octetsEach > in.remaining()) {
            throw new MalformedMessage(count + " elements in " + in.remaining() + " octets");
        }
        return count;
    }

    @Nullable
    Object read() throws MalformedMessage {
        int tag = in.u8();
        return switch (tag) {
            case ImageTag.NULL -> null;
            case ImageTag.SEEN -> {
                int number = in.u32(MAX_OBJECTS);
                Object known = number < seen.size() ? seen.get(number) : null;
                if (known == null) {
                    throw new MalformedMessage("object " + number + " isn't whole yet");
                }
                yield known;
            }
            case ImageTag.TEXT -> new String(in.bytes(Integer.MAX_VALUE), StandardCharsets.UTF_8);
            case ImageTag.INT -> in.i32();
            case ImageTag.SHORT -> (short) in.i32();
            case ImageTag.BYTE -> (byte) in.i32();
            case ImageTag.LONG -> in.u64();
            case ImageTag.BOOLEAN -> in.u8() != 0;
            case ImageTag.DOUBLE -> Double.longBitsToDouble(in.u64());
            case ImageTag.ENUM -> {
                Object[] constants = type().getEnumConstants();
                int ordinal = in.u16();
                if (constants == null || ordinal >= constants.length) {
                    throw new MalformedMessage("no constant " + ordinal);
                }
                yield constants[ordinal];
            }
            case ImageTag.PATH -> Path.of(in.string());
            case ImageTag.PATTERN -> {
                int flags = in.i32();
                yield Pattern.compile(in.string(), flags);
            }
            case ImageTag.DURATION -> Duration.ofNanos(in.u64());
            case ImageTag.OPTIONAL -> Optional.ofNullable(read());
            case ImageTag.OPTIONAL_LONG -> {
                boolean present = in.u8() != 0;
                long value = in.u64();
                yield present ? OptionalLong.of(value) : OptionalLong.empty();
            }
            case ImageTag.OPTIONAL_INT -> {
                boolean present = in.u8() != 0;
                int value = (int) in.u64();
                yield present ? OptionalInt.of(value) : OptionalInt.empty();
            }
            case ImageTag.OUTSIDE -> {
                String name = in.string();
                Object function = outside.get(name);
                if (function == null) {
                    throw new MalformedMessage("nothing is known to put into " + name);
                }
                yield function;
            }
            default -> fresh(tag, slot());
        };
    }

    private Object fresh(int tag, int slot) throws MalformedMessage {
        Object whole = switch (tag) {
            case ImageTag.OCTETS -> in.bytes(Integer.MAX_VALUE);
            case ImageTag.INTS -> ints();
            case ImageTag.LONGS -> longs();
            case ImageTag.BOOLEANS -> {
                boolean[] flags = new boolean[count(1)];
                for (int i = 0; i < flags.length; i++) {
                    flags[i] = in.u8() != 0;
                }
                yield flags;
            }
            case ImageTag.BUFFER -> {
                int position = in.u32(Integer.MAX_VALUE);
                int limit = in.u32(Integer.MAX_VALUE);
                int capacity = in.u32(1 << 24);
                if (position > limit || limit > capacity) {
                    throw new MalformedMessage("buffer of " + capacity + " octets up to " + limit);
                }
                yield ByteBuffer.allocate(capacity).limit(limit).position(position);
            }
            case ImageTag.STREAM -> {
                var stream = new ByteArrayOutputStream();
                stream.writeBytes(in.bytes(Integer.MAX_VALUE));
                yield stream;
            }
            case ImageTag.BITS -> {
                in.u8();
                yield BitSet.valueOf(longs());
            }
            case ImageTag.ARRAY -> array(slot);
            case ImageTag.RECORD -> record();
            case ImageTag.COLLECTION -> collection(slot);
            case ImageTag.MAP -> map(slot);
            case ImageTag.OBJECT -> object(slot);
            default -> throw new MalformedMessage("tag " + tag);
        };
        seen.set(slot, whole);
        return whole;
    }

    private int[] ints() throws MalformedMessage {
        int[] numbers = new int[count(4)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.i32();
        }
        return numbers;
    }

    private long[] longs() throws MalformedMessage {
        long[] numbers = new long[count(8)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = in.u64();
        }
        return numbers;
    }

    private Object array(int slot) throws MalformedMessage {
        Class<?> type = type();
        Object array = Array.newInstance(type, count(1));
        seen.set(slot, array);
        for (int i = 0; i < Array.getLength(array); i++) {
            Object element = read();
            try {
                Array.set(array, i, element);
            } catch (IllegalArgumentException e) {
                throw new MalformedMessage("an array of " + type.getName() + " with something else");
            }
        }
        return array;
    }

    private Object record() throws MalformedMessage {
        Class<?> type = type();
        if (!type.isRecord()) {
            throw new MalformedMessage(type.getName() + " isn't a record");
        }
        List<Field> fields = ImageShape.of(type).fields();
        var types = new Class<?>[fields.size()];
        var values = new @Nullable Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            types[i] = fields.get(i).getType();
            values[i] = read();
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            throw new MalformedMessage("not a " + type.getSimpleName() + ": " + e);
        }
    }

    private Object object(int slot) throws MalformedMessage {
        Class<?> type = type();
        if (!type.getName().startsWith(ImageShape.OURS) || type.isRecord() || type.isEnum() || type.isInterface()) {
            throw new MalformedMessage("an object of " + type);
        }
        Object object = Bare.make(type);
        seen.set(slot, object);
        for (Field field : ImageShape.of(type).fields()) {
            Object value = read();
            try {
                field.set(object, value);
            } catch (IllegalAccessException | IllegalArgumentException | NullPointerException e) {
                throw new MalformedMessage("can't set " + field + ": " + e.getMessage());
            }
        }
        return object;
    }

    private ImageKind kind() throws MalformedMessage {
        int ordinal = in.u8();
        if (ordinal >= ImageKind.values().length) {
            throw new MalformedMessage("kind " + ordinal);
        }
        return ImageKind.values()[ordinal];
    }

    private Object collection(int slot) throws MalformedMessage {
        ImageKind kind = kind();
        int count = count(1);
        Collection<@Nullable Object> into = kind.collection();
        if (kind.open()) {
            seen.set(slot, into);
        }
        for (int i = 0; i < count; i++) {
            into.add(read());
        }
        return kind.closed(into);
    }

    private Object map(int slot) throws MalformedMessage {
        ImageKind kind = kind();
        int count = count(2);
        Map<@Nullable Object, @Nullable Object> into = kind.map();
        if (kind.open()) {
            seen.set(slot, into);
        }
        for (int i = 0; i < count; i++) {
            Object key = read();
            into.put(key, read());
        }
        return kind.closed(into);
    }
}
