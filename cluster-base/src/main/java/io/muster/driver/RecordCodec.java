package io.muster.driver;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SequencedCollection;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Encodes events, effects and images of cores for the flight recorder without a line of code of their
/// own: records, sealed interfaces of records, enums, texts, octets, numbers, lists, sets, maps and
/// optionals, as deep as they go. What has an order keeps it; a component declared sorted is made so
/// again, in its natural order.
///
/// Each value is a tag and its content, numbers the shorter the smaller they are ([Output#varint]); a
/// record is its number in a dictionary and its components. The dictionary
/// is all record and enum classes that can be reached from the roots through components and permitted
/// subclasses, in order of name, and stands at the head of each segment: a record is readable for the
/// build that wrote it, and says so when it is another's. Octets beyond a limit are kept as length and
/// CRC-32C and read back as that many zeros. Passwords are written masked ([Secrets]).
///
/// Not a wire format: nothing but our own recorder writes it. Thread: any.
public final class RecordCodec {
    private static final int NULL = 0;
    private static final int FALSE = 1;
    private static final int TRUE = 2;
    private static final int INT = 3;
    private static final int LONG = 4;
    private static final int DOUBLE = 5;
    private static final int TEXT = 6;
    private static final int OCTETS = 7;
    private static final int LONG_OCTETS = 8;
    private static final int RECORD = 9;
    private static final int ENUM = 10;
    private static final int LIST = 11;
    private static final int SET = 12;
    private static final int MAP = 13;
    private static final int EMPTY = 14;
    private static final int PRESENT = 15;
    private static final int PATH = 16;
    private static final int INTS = 17;
    private static final int OTHER = 18;
    private static final int LONGS = 19;

    private static final int MAX_ELEMENTS = 1 << 20;
    private static final int MAX_DEPTH = 64;

    private record Shape(
            int number,
            RecordComponent[] components,
            @Nullable Secret[] secret,
            Constructor<?> constructor) {}

    /// A class of values that isn't a record, as octets.
    private record Other<T>(Class<T> type, Function<T, byte[]> write, Function<byte[], Optional<T>> read) {
        byte[] octets(Object value) {
            return write.apply(type.cast(value));
        }
    }

    private final List<Other<?>> others = new ArrayList<>();
    private final List<Class<?>> classes;
    private final Map<Class<?>, Shape> shapes = new HashMap<>();
    private final Map<Class<?>, Integer> enums = new HashMap<>();
    private UnaryOperator<byte[]> shown = octets -> octets;

    /// @param roots the event and effect interfaces, and the image
    public RecordCodec(Class<?>... roots) {
        SortedMap<String, Class<?>> found = new TreeMap<>();
        for (Class<?> root : roots) {
            collect(root, found, new LinkedHashSet<>());
        }
        classes = List.copyOf(found.values());
        for (int i = 0; i < classes.size(); i++) {
            Class<?> type = classes.get(i);
            if (type.isEnum()) {
                enums.put(type, i);
            } else {
                shapes.put(type, shape(type, i));
            }
        }
    }

    /// Adds a class of values that aren't records. Before the first use.
    ///
    /// @param read empty for octets that are no such value
    public <T> RecordCodec with(Class<T> type, Function<T, byte[]> write, Function<byte[], Optional<T>> read) {
        others.add(new Other<>(type, write, read));
        return this;
    }

    /// What octets are written as, beside the masking of passwords. Before the first use.
    ///
    /// @param as the same array if as they are
    public RecordCodec showing(UnaryOperator<byte[]> as) {
        shown = as;
        return this;
    }

    /// Names of the classes in the dictionary, in order.
    public List<String> dictionary() {
        return classes.stream().map(Class::getName).toList();
    }

    /// @param payloadLimit longest octets to keep whole
    /// @return whether all of it is there; false if a password had to be masked
    /// @throws IllegalArgumentException for a value of a class that can't be reached from the roots
    public boolean encode(Output out, @Nullable Object value, int payloadLimit) {
        var pass = new Pass(out, payloadLimit, false);
        write(pass, value);
        return !pass.masked;
    }

    /// As [#encode], but long octets count by their length alone, since a replay has zeros in their
    /// place, and what has no order of its own (`Set.of`) is sorted, since its order differs from one
    /// JVM to the next: for comparing, not for reading.
    public byte[] canonical(@Nullable Object value, int payloadLimit) {
        var out = new Output(256);
        write(new Pass(out, payloadLimit, true), value);
        return out.toBytes();
    }

    private static final class Pass {
        private final Output out;
        private final int payloadLimit;
        private final boolean canonical;
        private boolean masked;

        Pass(Output out, int payloadLimit, boolean canonical) {
            this.out = out;
            this.payloadLimit = payloadLimit;
            this.canonical = canonical;
        }
    }

    private void write(Pass pass, @Nullable Object value) {
        Output out = pass.out;
        switch (value) {
            case null -> out.u8(NULL);
            case Boolean b -> out.u8(b ? TRUE : FALSE);
            case Integer i -> out.u8(INT).varint(i);
            case Short s -> out.u8(INT).varint(s);
            case Byte b -> out.u8(INT).varint(b);
            case Long l -> out.u8(LONG).varint(l);
            case Double d -> out.u8(DOUBLE).u64(Double.doubleToRawLongBits(d));
            case String s -> {
                String shown = Secrets.mask(s);
                pass.masked |= !shown.equals(s);
                raw(out.u8(TEXT), shown.getBytes(StandardCharsets.UTF_8));
            }
            case byte[] octets -> octets(pass, octets);
            case int[] numbers -> {
                out.u8(INTS).varint(numbers.length);
                for (int number : numbers) {
                    out.varint(number);
                }
            }
            case long[] numbers -> {
                out.u8(LONGS).varint(numbers.length);
                for (long number : numbers) {
                    out.varint(number);
                }
            }
            case Enum<?> e -> out.u8(ENUM).varint(number(e)).varint(e.ordinal());
            case Record r -> record(pass, r);
            case Optional<?> o -> {
                out.u8(o.isPresent() ? PRESENT : EMPTY);
                o.ifPresent(present -> write(pass, present));
            }
            case OptionalInt o -> write(pass, o.isPresent() ? Optional.of(o.getAsInt()) : Optional.empty());
            case Map<?, ?> map -> map(pass, map);
            case Collection<?> elements -> collection(pass, elements);
            case Path path -> {
                out.u8(PATH);
                write(pass, path.toString());
            }
            default -> other(pass, value);
        }
    }

    private void other(Pass pass, Object value) {
        for (int i = 0; i < others.size(); i++) {
            if (others.get(i).type.isInstance(value)) {
                pass.out.u8(OTHER).u8(i);
                octets(pass, others.get(i).octets(value));
                return;
            }
        }
        throw new IllegalArgumentException("can't record a " + value.getClass().getName());
    }

    private Object other(Input in, int depth) throws MalformedMessage {
        int number = in.u8();
        if (number >= others.size() || !(decode(in, depth - 1) instanceof byte[] octets)) {
            throw new MalformedMessage("no class of values " + number);
        }
        Optional<?> value = others.get(number).read.apply(octets);
        if (value.isEmpty()) {
            throw new MalformedMessage("not a " + others.get(number).type.getSimpleName());
        }
        return value.get();
    }

    private void map(Pass pass, Map<?, ?> map) {
        pass.out.u8(MAP).varint(map.size());
        if (pass.canonical && !(map instanceof SequencedMap)) {
            var sorted = new ArrayList<byte[]>();
            map.forEach((key, mapped) -> {
                var pair = new ArrayList<@Nullable Object>();
                pair.add(key);
                pair.add(shown(pass, key, mapped));
                sorted.add(canonical(pair, pass.payloadLimit));
            });
            sorted(pass, sorted);
        } else {
            map.forEach((key, mapped) -> {
                write(pass, key);
                write(pass, shown(pass, key, mapped));
            });
        }
    }

    private static @Nullable Object shown(Pass pass, @Nullable Object key, @Nullable Object mapped) {
        if (key instanceof String name && mapped instanceof String value && Secrets.secret(name)) {
            pass.masked = true;
            return Secrets.hide(value);
        }
        return mapped;
    }

    private void collection(Pass pass, Collection<?> elements) {
        pass.out.u8(elements instanceof Set ? SET : LIST).varint(elements.size());
        if (pass.canonical && !(elements instanceof SequencedCollection)) {
            var sorted = new ArrayList<byte[]>();
            elements.forEach(element -> sorted.add(canonical(element, pass.payloadLimit)));
            sorted(pass, sorted);
        } else {
            elements.forEach(element -> write(pass, element));
        }
    }

    private static void sorted(Pass pass, List<byte[]> encoded) {
        encoded.sort(Arrays::compareUnsigned);
        encoded.forEach(pass.out::raw);
    }

    /// Reads one value.
    public @Nullable Object decode(Input in) throws MalformedMessage {
        return decode(in, MAX_DEPTH);
    }

    private @Nullable Object decode(Input in, int depth) throws MalformedMessage {
        if (depth == 0) {
            throw new MalformedMessage("nested too deeply");
        }
        int tag = in.u8();
        return switch (tag) {
            case NULL -> null;
            case FALSE -> false;
            case TRUE -> true;
            case INT -> integer(in);
            case LONG -> in.varint();
            case DOUBLE -> Double.longBitsToDouble(in.u64());
            case TEXT -> new String(raw(in), StandardCharsets.UTF_8);
            case OCTETS -> raw(in);
            case LONG_OCTETS -> {
                int length = number(in, 1 << 24);
                in.i32();
                yield new byte[length];
            }
            case INTS -> {
                int[] numbers = new int[count(in, 1)];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = integer(in);
                }
                yield numbers;
            }
            case LONGS -> {
                long[] numbers = new long[count(in, 1)];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = in.varint();
                }
                yield numbers;
            }
            case RECORD -> record(in, depth);
            case ENUM -> constant(in);
            case OTHER -> other(in, depth);
            case LIST -> elements(in, depth, new ArrayList<>());
            case SET -> elements(in, depth, new LinkedHashSet<>());
            case MAP -> {
                int count = count(in, 2);
                var map = new LinkedHashMap<@Nullable Object, @Nullable Object>();
                for (int i = 0; i < count; i++) {
                    Object key = decode(in, depth - 1);
                    map.put(key, decode(in, depth - 1));
                }
                yield map;
            }
            case EMPTY -> Optional.empty();
            case PRESENT -> {
                Object value = decode(in, depth - 1);
                if (value == null) {
                    throw new MalformedMessage("present null");
                }
                yield Optional.of(value);
            }
            case PATH -> {
                if (!(decode(in, depth - 1) instanceof String text) || text.indexOf('\0') >= 0) {
                    throw new MalformedMessage("path isn't a text");
                }
                yield Path.of(text);
            }
            default -> throw new MalformedMessage("tag " + tag);
        };
    }

    private static void raw(Output out, byte[] octets) {
        out.varint(octets.length).raw(octets);
    }

    private static byte[] raw(Input in) throws MalformedMessage {
        return in.raw(number(in, in.remaining()));
    }

    private static int integer(Input in) throws MalformedMessage {
        long value = in.varint();
        if (value != (int) value) {
            throw new MalformedMessage(value + " isn't an int");
        }
        return (int) value;
    }

    /// A length, a count or a number of something.
    private static int number(Input in, int most) throws MalformedMessage {
        long value = in.varint();
        if (value < 0 || value > most) {
            throw new MalformedMessage(value + " isn't between 0 and " + most);
        }
        return (int) value;
    }

    private static int count(Input in, int octetsEach) throws MalformedMessage {
        int count = number(in, MAX_ELEMENTS);
        if ((long) count * octetsEach > in.remaining()) {
            throw new MalformedMessage(count + " elements in " + in.remaining() + " octets");
        }
        return count;
    }

    private <C extends Collection<@Nullable Object>> C elements(Input in, int depth, C into) throws MalformedMessage {
        int count = count(in, 1);
        for (int i = 0; i < count; i++) {
            into.add(decode(in, depth - 1));
        }
        return into;
    }

    private void octets(Pass pass, byte[] octets) {
        if (octets.length <= pass.payloadLimit) {
            byte[] written = Secrets.mask(shown.apply(octets));
            pass.masked |= written != octets;
            raw(pass.out.u8(OCTETS), written);
            return;
        }
        pass.out.u8(LONG_OCTETS).varint(octets.length);
        if (!pass.canonical) {
            var hash = new CRC32C();
            hash.update(octets);
            pass.out.u32(hash.getValue());
        }
    }

    private void record(Pass pass, Record value) {
        Shape shape = shapes.get(value.getClass());
        if (shape == null) {
            throw new IllegalArgumentException(
                    "can't record a " + value.getClass().getName());
        }
        pass.out.u8(RECORD).varint(shape.number);
        try {
            for (int i = 0; i < shape.components.length; i++) {
                Object component = shape.components[i].getAccessor().invoke(value);
                write(pass, shown(component, shape.secret[i]));
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("can't read " + value.getClass().getName(), e);
        }
    }

    private Object record(Input in, int depth) throws MalformedMessage {
        int number = number(in, Integer.MAX_VALUE);
        Shape shape = number < classes.size() ? shapes.get(classes.get(number)) : null;
        if (shape == null) {
            throw new MalformedMessage("no record " + number);
        }
        var arguments = new @Nullable Object[shape.components.length];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = narrow(decode(in, depth - 1), shape.components[i].getGenericType());
        }
        try {
            return shape.constructor.newInstance(arguments);
        } catch (InstantiationException
                | IllegalAccessException
                | InvocationTargetException
                | IllegalArgumentException e) {
            throw new MalformedMessage("not a " + classes.get(number).getSimpleName() + ": " + e);
        }
    }

    /// As the component is declared: small numbers, and sorted sets and maps in their natural order, also those in
    /// maps.
    private static @Nullable Object narrow(@Nullable Object value, Type declared) throws MalformedMessage {
        Type type = declared instanceof ParameterizedType generic ? generic.getRawType() : declared;
        try {
            return switch (value) {
                case Integer i when type == short.class -> i.shortValue();
                case Integer i when type == byte.class -> i.byteValue();
                case Set<?> set when type == SortedSet.class -> new TreeSet<>(set);
                case Map<?, ?> map when type == SortedMap.class -> sorted(map, declared);
                case Optional<?> o
                when type == OptionalInt.class ->
                    o.isPresent() ? OptionalInt.of((Integer) o.get()) : OptionalInt.empty();
                case null, default -> value;
            };
        } catch (ClassCastException | NullPointerException e) {
            throw new MalformedMessage("what has no order, sorted: " + e.getMessage());
        }
    }

    private static SortedMap<?, ?> sorted(Map<?, ?> map, Type declared) throws MalformedMessage {
        var sorted = new TreeMap<Object, @Nullable Object>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object inner = entry.getValue();
            sorted.put(
                    entry.getKey(),
                    declared instanceof ParameterizedType generic
                            ? narrow(inner, generic.getActualTypeArguments()[1])
                            : inner);
        }
        return sorted;
    }

    private int number(Enum<?> value) {
        Integer number = enums.get(value.getDeclaringClass());
        if (number == null) {
            throw new IllegalArgumentException(
                    "can't record a " + value.getDeclaringClass().getName());
        }
        return number;
    }

    private Object constant(Input in) throws MalformedMessage {
        int number = number(in, Integer.MAX_VALUE);
        int ordinal = number(in, Integer.MAX_VALUE);
        Object[] constants = number < classes.size() ? classes.get(number).getEnumConstants() : null;
        if (constants == null || ordinal >= constants.length) {
            throw new MalformedMessage("no constant " + ordinal + " of enum " + number);
        }
        return constants[ordinal];
    }

    /// A component as it may be written.
    ///
    /// @param secret null for one that is none
    static @Nullable Object shown(@Nullable Object component, @Nullable Secret secret) {
        if (secret == null
                || component instanceof String text && List.of(secret.but()).contains(text)) {
            return component;
        }
        return switch (component) {
            case byte[] octets -> new byte[0];
            case String text -> "";
            case Collection<?> elements -> List.of();
            case Map<?, ?> map -> Map.of();
            case Optional<?> value -> Optional.empty();
            case null, default -> null;
        };
    }

    private static Shape shape(Class<?> type, int number) {
        RecordComponent[] components = type.getRecordComponents();
        var parameters = new Class<?>[components.length];
        var secret = new @Nullable Secret[components.length];
        for (int i = 0; i < components.length; i++) {
            parameters[i] = components[i].getType();
            secret[i] = components[i].getAnnotation(Secret.class);
            components[i].getAccessor().setAccessible(true);
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters);
            constructor.setAccessible(true);
            return new Shape(number, components, secret, constructor);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type + " has no canonical constructor", e);
        }
    }

    private static void collect(Type type, SortedMap<String, Class<?>> found, Set<Type> seen) {
        if (!seen.add(type)) {
            return;
        }
        switch (type) {
            case ParameterizedType generic -> {
                collect(generic.getRawType(), found, seen);
                for (Type argument : generic.getActualTypeArguments()) {
                    collect(argument, found, seen);
                }
            }
            case WildcardType any -> {
                for (Type bound : any.getUpperBounds()) {
                    collect(bound, found, seen);
                }
            }
            case GenericArrayType array -> collect(array.getGenericComponentType(), found, seen);
            case Class<?> plain -> collectClass(plain, found, seen);
            default -> {}
        }
    }

    private static void collectClass(Class<?> type, SortedMap<String, Class<?>> found, Set<Type> seen) {
        if (type.isEnum()) {
            found.put(type.getName(), type);
        } else if (type.isRecord()) {
            found.put(type.getName(), type);
            for (RecordComponent component : type.getRecordComponents()) {
                collect(component.getGenericType(), found, seen);
            }
        } else if (type.isSealed()) {
            var ordered = new TreeSet<Class<?>>((a, b) -> a.getName().compareTo(b.getName()));
            ordered.addAll(List.of(type.getPermittedSubclasses()));
            for (Class<?> permitted : ordered) {
                collect(permitted, found, seen);
            }
        }
    }
}
