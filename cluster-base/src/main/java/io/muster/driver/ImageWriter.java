package io.muster.driver;

import io.muster.wire.Output;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Writes what [StateImage] says, one image. Thread: one.
final class ImageWriter {
    private final Output out = new Output(4096);
    private final IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>();
    private final Map<Class<?>, Integer> classes = new HashMap<>();
    private final UnaryOperator<byte[]> shown;

    ImageWriter(UnaryOperator<byte[]> shown) {
        this.shown = shown;
    }

    private byte[] shown(byte[] octets) {
        return Secrets.mask(shown.apply(octets));
    }

    private void type(Class<?> type) {
        Integer known = classes.get(type);
        if (known != null) {
            out.u16(known);
            return;
        }
        int number = classes.size() + 1;
        classes.put(type, number);
        out.u16(0).string(type.getName());
        out.i32(
                type.isEnum() || type.isArray() || !type.getName().startsWith(ImageShape.OURS)
                        ? 0
                        : ImageShape.of(type).sum());
    }

    /// @return true if only a reference was to be written
    private boolean again(Object value) {
        Integer number = seen.putIfAbsent(value, seen.size());
        if (number != null) {
            out.u8(ImageTag.SEEN).u32(number);
        }
        return number != null;
    }

    byte[] octets() {
        return out.toBytes();
    }

    void write(@Nullable Object value, String where) {
        switch (value) {
            case null -> out.u8(ImageTag.NULL);
            case String s -> text(s);
            case Integer i -> out.u8(ImageTag.INT).i32(i);
            case Long l -> out.u8(ImageTag.LONG).u64(l);
            case Boolean b -> out.u8(ImageTag.BOOLEAN).u8(b ? 1 : 0);
            case Short s -> out.u8(ImageTag.SHORT).i32(s);
            case Byte b -> out.u8(ImageTag.BYTE).i32(b);
            case Double d -> out.u8(ImageTag.DOUBLE).u64(Double.doubleToRawLongBits(d));
            case Enum<?> e -> {
                out.u8(ImageTag.ENUM);
                type(e.getDeclaringClass());
                out.u16(e.ordinal());
            }
            case Path path -> out.u8(ImageTag.PATH).string(path.toString());
            case Pattern pattern ->
                out.u8(ImageTag.PATTERN).i32(pattern.flags()).string(pattern.pattern());
            case Duration d -> out.u8(ImageTag.DURATION).u64(d.toNanos());
            case OptionalLong o ->
                out.u8(ImageTag.OPTIONAL_LONG).u8(o.isPresent() ? 1 : 0).u64(o.orElse(0));
            case OptionalInt o ->
                out.u8(ImageTag.OPTIONAL_INT).u8(o.isPresent() ? 1 : 0).u64(o.orElse(0));
            case Optional<?> o -> {
                out.u8(ImageTag.OPTIONAL);
                write(o.orElse(null), where);
            }
            default -> {
                if (value.getClass().isHidden()) {
                    if (where.isEmpty()) {
                        throw new IllegalArgumentException("a function outside of a field");
                    }
                    out.u8(ImageTag.OUTSIDE).string(where);
                } else if (!again(value)) {
                    fresh(value);
                }
            }
        }
    }

    private void text(String text) {
        out.u8(ImageTag.TEXT).bytes(Secrets.mask(text).getBytes(StandardCharsets.UTF_8));
    }

    private void fresh(Object value) {
        switch (value) {
            case byte[] octets -> out.u8(ImageTag.OCTETS).bytes(shown(octets));
            case int[] numbers -> {
                out.u8(ImageTag.INTS).u32(numbers.length);
                for (int number : numbers) {
                    out.i32(number);
                }
            }
            case long[] numbers -> {
                out.u8(ImageTag.LONGS).u32(numbers.length);
                for (long number : numbers) {
                    out.u64(number);
                }
            }
            case boolean[] flags -> {
                out.u8(ImageTag.BOOLEANS).u32(flags.length);
                for (boolean flag : flags) {
                    out.u8(flag ? 1 : 0);
                }
            }
            case Object[] elements -> {
                out.u8(ImageTag.ARRAY);
                type(elements.getClass().getComponentType());
                out.u32(elements.length);
                for (Object element : elements) {
                    write(element, "");
                }
            }
            case Record r -> fields(ImageTag.RECORD, r);
            case Collection<?> elements -> {
                out.u8(ImageTag.COLLECTION).u8(ImageKind.of(elements).ordinal()).u32(elements.size());
                elements.forEach(element -> write(element, ""));
            }
            case Map<?, ?> map -> map(map);
            case ByteBuffer buffer
            when buffer.hasArray() && buffer.arrayOffset() == 0 -> {
                // A place to work in: what it holds between two steps means nothing.
                out.u8(ImageTag.BUFFER)
                        .u32(buffer.position())
                        .u32(buffer.limit())
                        .u32(buffer.capacity());
            }
            case ByteArrayOutputStream stream -> out.u8(ImageTag.STREAM).bytes(Secrets.mask(stream.toByteArray()));
            case BitSet bits -> {
                out.u8(ImageTag.BITS);
                fresh(bits.toLongArray());
            }
            default -> fields(ImageTag.OBJECT, value);
        }
    }

    private void map(Map<?, ?> map) {
        out.u8(ImageTag.MAP).u8(ImageKind.of(map).ordinal()).u32(map.size());
        map.forEach((key, mapped) -> {
            write(key, "");
            boolean hide = key instanceof String name && mapped instanceof String && Secrets.secret(name);
            write(hide ? Secrets.hide((String) mapped) : mapped, "");
        });
    }

    private void fields(int tag, Object value) {
        Class<?> type = value.getClass();
        ImageShape shape = ImageShape.of(type);
        out.u8(tag);
        type(type);
        for (Field field : shape.fields()) {
            try {
                Object content = field.get(value);
                write(
                        RecordCodec.shown(content, shape.secret().get(field.getName())),
                        type.getSimpleName() + "." + field.getName());
            } catch (IllegalAccessException e) {
                throw new IllegalArgumentException("can't read " + field, e);
            }
        }
    }
}
