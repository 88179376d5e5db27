package io.muster.driver;

import io.muster.core.MalformedMessage;
import io.muster.wire.Input;
import io.muster.wire.Output;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
    private static final int NULL = 0;
    private static final int SEEN = 1;
    private static final int OBJECT = 2;
    private static final int RECORD = 3;
    private static final int ENUM = 4;
    private static final int TEXT = 5;
    private static final int INT = 6;
    private static final int LONG = 7;
    private static final int BOOLEAN = 8;
    private static final int DOUBLE = 9;
    private static final int OCTETS = 10;
    private static final int INTS = 11;
    private static final int LONGS = 12;
    private static final int BOOLEANS = 13;
    private static final int ARRAY = 14;
    private static final int COLLECTION = 15;
    private static final int MAP = 16;
    private static final int OPTIONAL = 17;
    private static final int OUTSIDE = 18;
    private static final int BUFFER = 19;
    private static final int STREAM = 20;
    private static final int BITS = 21;
    private static final int PATH = 22;
    private static final int DURATION = 23;
    private static final int OPTIONAL_LONG = 24;
    private static final int OPTIONAL_INT = 25;
    private static final int SHORT = 26;
    private static final int BYTE = 27;
    private static final int PATTERN = 28;

    private static final String OURS = "io.muster.";
    private static final int MAX_OBJECTS = 8 << 20;
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return Shape.of(type);
        }
    };

    private StateImage() {}

    /// @throws IllegalArgumentException for something that isn't state: a thread, a socket, a lambda in a list
    public static byte[] write(Object core) {
        return write(core, octets -> octets);
    }

    /// @param shown what octets may be written as, beside the masking of passwords: the same array if as they are
    /// @throws IllegalArgumentException as the other
    public static byte[] write(Object core, UnaryOperator<byte[]> shown) {
        var writer = new Writer(shown);
        writer.write(core, "");
        return writer.out.toBytes();
    }

    /// @param outside functions by `Class.field`
    public static Object read(byte[] image, Map<String, Object> outside) throws MalformedMessage {
        var reader = new Reader(new Input(image), outside);
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

    /// The fields of a class in a fixed order, its ancestors' first.
    ///
    /// @param secret names of a record's components that mustn't be written
    private record Shape(List<Field> fields, Set<String> secret, int sum) {
        static Shape of(Class<?> type) {
            var fields = new ArrayList<Field>();
            for (Class<?> c = type; c != null && c != Object.class && c != Record.class; c = c.getSuperclass()) {
                if (!c.getName().startsWith(OURS)) {
                    throw new IllegalArgumentException("can't image a " + type.getName());
                }
                Field[] declared = c.getDeclaredFields();
                if (!type.isRecord()) {
                    Arrays.sort(declared, (a, b) -> a.getName().compareTo(b.getName()));
                }
                var kept = new ArrayList<Field>();
                for (Field field : declared) {
                    if (!java.lang.reflect.Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        kept.add(field);
                    }
                }
                fields.addAll(0, kept);
            }
            int sum = 1;
            for (Field field : fields) {
                sum = sum * 31 + (field.getName() + " " + field.getType().getName()).hashCode();
            }
            var secret = new HashSet<String>();
            if (type.isRecord()) {
                for (RecordComponent component : type.getRecordComponents()) {
                    if (component.isAnnotationPresent(Secret.class)) {
                        secret.add(component.getName());
                    }
                }
            }
            return new Shape(List.copyOf(fields), Set.copyOf(secret), sum);
        }
    }

    private static final class Writer {
        private final Output out = new Output(4096);
        private final IdentityHashMap<Object, Integer> seen = new IdentityHashMap<>();
        private final Map<Class<?>, Integer> classes = new HashMap<>();
        private final UnaryOperator<byte[]> shown;

        Writer(UnaryOperator<byte[]> shown) {
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
            out.i32(type.isEnum() || type.isArray() || !type.getName().startsWith(OURS) ? 0 : SHAPES.get(type).sum);
        }

        /// @return true if only a reference was to be written
        private boolean again(Object value) {
            Integer number = seen.putIfAbsent(value, seen.size());
            if (number != null) {
                out.u8(SEEN).u32(number);
            }
            return number != null;
        }

        void write(@Nullable Object value, String where) {
            switch (value) {
                case null -> out.u8(NULL);
                case String s -> text(s);
                case Integer i -> out.u8(INT).i32(i);
                case Long l -> out.u8(LONG).u64(l);
                case Boolean b -> out.u8(BOOLEAN).u8(b ? 1 : 0);
                case Short s -> out.u8(SHORT).i32(s);
                case Byte b -> out.u8(BYTE).i32(b);
                case Double d -> out.u8(DOUBLE).u64(Double.doubleToRawLongBits(d));
                case Enum<?> e -> {
                    out.u8(ENUM);
                    type(e.getDeclaringClass());
                    out.u16(e.ordinal());
                }
                case Path path -> out.u8(PATH).string(path.toString());
                case Pattern pattern -> out.u8(PATTERN).i32(pattern.flags()).string(pattern.pattern());
                case Duration d -> out.u8(DURATION).u64(d.toNanos());
                case OptionalLong o ->
                    out.u8(OPTIONAL_LONG).u8(o.isPresent() ? 1 : 0).u64(o.orElse(0));
                case OptionalInt o ->
                    out.u8(OPTIONAL_INT).u8(o.isPresent() ? 1 : 0).u64(o.orElse(0));
                case Optional<?> o -> {
                    out.u8(OPTIONAL);
                    write(o.orElse(null), where);
                }
                default -> {
                    if (value.getClass().isHidden()) {
                        if (where.isEmpty()) {
                            throw new IllegalArgumentException("a function outside of a field");
                        }
                        out.u8(OUTSIDE).string(where);
                    } else if (!again(value)) {
                        fresh(value);
                    }
                }
            }
        }

        private void text(String text) {
            out.u8(TEXT).bytes(Secrets.mask(text).getBytes(StandardCharsets.UTF_8));
        }

        private void fresh(Object value) {
            switch (value) {
                case byte[] octets -> out.u8(OCTETS).bytes(shown(octets));
                case int[] numbers -> {
                    out.u8(INTS).u32(numbers.length);
                    for (int number : numbers) {
                        out.i32(number);
                    }
                }
                case long[] numbers -> {
                    out.u8(LONGS).u32(numbers.length);
                    for (long number : numbers) {
                        out.u64(number);
                    }
                }
                case boolean[] flags -> {
                    out.u8(BOOLEANS).u32(flags.length);
                    for (boolean flag : flags) {
                        out.u8(flag ? 1 : 0);
                    }
                }
                case Object[] elements -> {
                    out.u8(ARRAY);
                    type(elements.getClass().getComponentType());
                    out.u32(elements.length);
                    for (Object element : elements) {
                        write(element, "");
                    }
                }
                case Record r -> fields(RECORD, r);
                case Collection<?> elements -> {
                    out.u8(COLLECTION).u8(Kind.of(elements).ordinal()).u32(elements.size());
                    elements.forEach(element -> write(element, ""));
                }
                case Map<?, ?> map -> map(map);
                case ByteBuffer buffer
                when buffer.hasArray() && buffer.arrayOffset() == 0 -> {
                    // A place to work in: what it holds between two steps means nothing.
                    out.u8(BUFFER).u32(buffer.position()).u32(buffer.limit()).u32(buffer.capacity());
                }
                case ByteArrayOutputStream stream -> out.u8(STREAM).bytes(Secrets.mask(stream.toByteArray()));
                case BitSet bits -> {
                    out.u8(BITS);
                    fresh(bits.toLongArray());
                }
                default -> fields(OBJECT, value);
            }
        }

        private void map(Map<?, ?> map) {
            out.u8(MAP).u8(Kind.of(map).ordinal()).u32(map.size());
            map.forEach((key, mapped) -> {
                write(key, "");
                boolean hide = key instanceof String name && mapped instanceof String && Secrets.secret(name);
                write(hide ? Secrets.hide((String) mapped) : mapped, "");
            });
        }

        private void fields(int tag, Object value) {
            Class<?> type = value.getClass();
            Shape shape = SHAPES.get(type);
            out.u8(tag);
            type(type);
            for (Field field : shape.fields) {
                try {
                    Object content = field.get(value);
                    write(
                            shape.secret.contains(field.getName()) ? RecordCodec.empty(content) : content,
                            type.getSimpleName() + "." + field.getName());
                } catch (IllegalAccessException e) {
                    throw new IllegalArgumentException("can't read " + field, e);
                }
            }
        }
    }

    /// Which of the JDK's classes a collection or map is to be.
    private enum Kind {
        ARRAY_LIST,
        ARRAY_DEQUE,
        HASH_SET,
        LINKED_SET,
        TREE_SET,
        FIXED_LIST,
        FIXED_SET,
        FIXED_SORTED_SET,
        HASH_MAP,
        LINKED_MAP,
        TREE_MAP,
        FIXED_MAP,
        FIXED_SORTED_MAP;

        static Kind of(Object value) {
            Class<?> type = value.getClass();
            boolean sorted = value instanceof SortedSet<?> s && s.comparator() != null
                    || value instanceof SortedMap<?, ?> m && m.comparator() != null;
            if (sorted) {
                throw new IllegalArgumentException("can't image an order of its own");
            }
            String name = type.getName();
            if (name.startsWith("java.util.ImmutableCollections$") || name.startsWith("java.util.Collections$")) {
                return switch (value) {
                    case SortedSet<?> s -> FIXED_SORTED_SET;
                    case Set<?> s -> FIXED_SET;
                    case SortedMap<?, ?> m -> FIXED_SORTED_MAP;
                    case Map<?, ?> m -> FIXED_MAP;
                    default -> FIXED_LIST;
                };
            }
            return switch (name) {
                case "java.util.ArrayList", "java.util.Arrays$ArrayList" -> ARRAY_LIST;
                case "java.util.ArrayDeque" -> ARRAY_DEQUE;
                case "java.util.HashSet" -> HASH_SET;
                case "java.util.LinkedHashSet" -> LINKED_SET;
                case "java.util.TreeSet" -> TREE_SET;
                case "java.util.HashMap" -> HASH_MAP;
                case "java.util.LinkedHashMap" -> LINKED_MAP;
                case "java.util.TreeMap" -> TREE_MAP;
                default -> throw new IllegalArgumentException("can't image a " + name);
            };
        }
    }

    private static final class Reader {
        private final Input in;
        private final Map<String, Object> outside;
        private final List<@Nullable Object> seen = new ArrayList<>();
        private final List<Class<?>> classes = new ArrayList<>();

        Reader(Input in, Map<String, Object> outside) {
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
            if (!name.startsWith(OURS) && !name.startsWith("[") && !name.startsWith("java.lang.")) {
                throw new MalformedMessage("an image with a " + name);
            }
            try {
                Class<?> type = Class.forName(name, false, StateImage.class.getClassLoader());
                boolean shaped = !type.isEnum() && !type.isArray() && name.startsWith(OURS);
                if (shaped && SHAPES.get(type).sum != sum) {
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
                case NULL -> null;
                case SEEN -> {
                    int number = in.u32(MAX_OBJECTS);
                    Object known = number < seen.size() ? seen.get(number) : null;
                    if (known == null) {
                        throw new MalformedMessage("object " + number + " isn't whole yet");
                    }
                    yield known;
                }
                case TEXT -> new String(in.bytes(Integer.MAX_VALUE), StandardCharsets.UTF_8);
                case INT -> in.i32();
                case SHORT -> (short) in.i32();
                case BYTE -> (byte) in.i32();
                case LONG -> in.u64();
                case BOOLEAN -> in.u8() != 0;
                case DOUBLE -> Double.longBitsToDouble(in.u64());
                case ENUM -> {
                    Object[] constants = type().getEnumConstants();
                    int ordinal = in.u16();
                    if (constants == null || ordinal >= constants.length) {
                        throw new MalformedMessage("no constant " + ordinal);
                    }
                    yield constants[ordinal];
                }
                case PATH -> Path.of(in.string());
                case PATTERN -> {
                    int flags = in.i32();
                    yield Pattern.compile(in.string(), flags);
                }
                case DURATION -> Duration.ofNanos(in.u64());
                case OPTIONAL -> Optional.ofNullable(read());
                case OPTIONAL_LONG -> {
                    boolean present = in.u8() != 0;
                    long value = in.u64();
                    yield present ? OptionalLong.of(value) : OptionalLong.empty();
                }
                case OPTIONAL_INT -> {
                    boolean present = in.u8() != 0;
                    int value = (int) in.u64();
                    yield present ? OptionalInt.of(value) : OptionalInt.empty();
                }
                case OUTSIDE -> {
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
                case OCTETS -> in.bytes(Integer.MAX_VALUE);
                case INTS -> ints();
                case LONGS -> longs();
                case BOOLEANS -> {
                    boolean[] flags = new boolean[count(1)];
                    for (int i = 0; i < flags.length; i++) {
                        flags[i] = in.u8() != 0;
                    }
                    yield flags;
                }
                case BUFFER -> {
                    int position = in.u32(Integer.MAX_VALUE);
                    int limit = in.u32(Integer.MAX_VALUE);
                    int capacity = in.u32(1 << 24);
                    if (position > limit || limit > capacity) {
                        throw new MalformedMessage("buffer of " + capacity + " octets up to " + limit);
                    }
                    yield ByteBuffer.allocate(capacity).limit(limit).position(position);
                }
                case STREAM -> {
                    var stream = new ByteArrayOutputStream();
                    stream.writeBytes(in.bytes(Integer.MAX_VALUE));
                    yield stream;
                }
                case BITS -> {
                    in.u8();
                    yield BitSet.valueOf(longs());
                }
                case ARRAY -> array(slot);
                case RECORD -> record();
                case COLLECTION -> collection(slot);
                case MAP -> map(slot);
                case OBJECT -> object(slot);
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
            List<Field> fields = SHAPES.get(type).fields;
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
            if (!type.getName().startsWith(OURS) || type.isRecord() || type.isEnum() || type.isInterface()) {
                throw new MalformedMessage("an object of " + type);
            }
            Object object = Bare.make(type);
            seen.set(slot, object);
            for (Field field : SHAPES.get(type).fields) {
                Object value = read();
                try {
                    field.set(object, value);
                } catch (IllegalAccessException | IllegalArgumentException | NullPointerException e) {
                    throw new MalformedMessage("can't set " + field + ": " + e.getMessage());
                }
            }
            return object;
        }

        private Kind kind() throws MalformedMessage {
            int ordinal = in.u8();
            if (ordinal >= Kind.values().length) {
                throw new MalformedMessage("kind " + ordinal);
            }
            return Kind.values()[ordinal];
        }

        private Object collection(int slot) throws MalformedMessage {
            Kind kind = kind();
            int count = count(1);
            Collection<@Nullable Object> into = switch (kind) {
                case ARRAY_DEQUE -> new ArrayDeque<>();
                case HASH_SET -> new HashSet<>();
                case LINKED_SET, FIXED_SET -> new LinkedHashSet<>();
                case TREE_SET, FIXED_SORTED_SET -> new TreeSet<>();
                default -> new ArrayList<>();
            };
            boolean open = !kind.name().startsWith("FIXED");
            if (open) {
                seen.set(slot, into);
            }
            for (int i = 0; i < count; i++) {
                into.add(read());
            }
            return switch (kind) {
                case FIXED_LIST -> Collections.unmodifiableList((List<?>) into);
                case FIXED_SET -> Collections.unmodifiableSet((Set<?>) into);
                case FIXED_SORTED_SET -> Collections.unmodifiableSortedSet((SortedSet<?>) into);
                default -> into;
            };
        }

        private Object map(int slot) throws MalformedMessage {
            Kind kind = kind();
            int count = count(2);
            Map<@Nullable Object, @Nullable Object> into = switch (kind) {
                case HASH_MAP -> new HashMap<>();
                case TREE_MAP, FIXED_SORTED_MAP -> new TreeMap<>();
                default -> new LinkedHashMap<>();
            };
            boolean open = !kind.name().startsWith("FIXED");
            if (open) {
                seen.set(slot, into);
            }
            for (int i = 0; i < count; i++) {
                Object key = read();
                into.put(key, read());
            }
            return switch (kind) {
                case FIXED_MAP -> Collections.unmodifiableSequencedMap((SequencedMap<?, ?>) into);
                case FIXED_SORTED_MAP -> Collections.unmodifiableSortedMap((SortedMap<?, ?>) into);
                default -> into;
            };
        }
    }

    /// Objects without a constructor's help, as deserialization makes them. Only a replay needs it.
    private static final class Bare {
        private Bare() {}

        static Object make(Class<?> type) throws MalformedMessage {
            try {
                // By name: the compiler warns of the class, and there is no other way that runs no constructor.
                Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
                Object it = factory.getMethod("getReflectionFactory").invoke(null);
                var constructor = (Constructor<?>)
                        factory.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                                .invoke(it, type, Object.class.getDeclaredConstructor());
                return constructor.newInstance();
            } catch (ReflectiveOperationException | RuntimeException e) {
                throw new MalformedMessage("can't make a " + type.getName() + ": " + e);
            }
        }
    }
}
