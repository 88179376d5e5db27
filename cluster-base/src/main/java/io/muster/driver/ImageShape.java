package io.muster.driver;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The fields of a class in a fixed order, its ancestors' first.
///
/// @param secret a record's components that mustn't be written
record ImageShape(List<Field> fields, Map<String, Secret> secret, int sum) {
    static final String OURS = "io.muster.";

    private static final ClassValue<ImageShape> SHAPES = new ClassValue<>() {
        @Override
        protected ImageShape computeValue(Class<?> type) {
            return compute(type);
        }
    };

    static ImageShape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static ImageShape compute(Class<?> type) {
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
                if (!Modifier.isStatic(field.getModifiers())) {
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
        var secret = new HashMap<String, Secret>();
        if (type.isRecord()) {
            for (RecordComponent component : type.getRecordComponents()) {
                Secret marked = component.getAnnotation(Secret.class);
                if (marked != null) {
                    secret.put(component.getName(), marked);
                }
            }
        }
        return new ImageShape(List.copyOf(fields), Map.copyOf(secret), sum);
    }
}
