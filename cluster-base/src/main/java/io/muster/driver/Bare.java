package io.muster.driver;

import io.muster.core.MalformedMessage;
import java.lang.reflect.Constructor;

/// Objects without a constructor's help, as deserialization makes them. Only a replay needs it.
final class Bare {
    private Bare() {}

    /// @throws MalformedMessage when this type can't be made
    static Object make(Class<?> type) throws MalformedMessage {
        try {
            // By name: the compiler warns of the class, and there is no other way that runs no constructor.
            Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
            Object it = factory.getMethod("getReflectionFactory").invoke(null);
            var constructor =
                    (Constructor<?>) factory.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                            .invoke(it, type, Object.class.getDeclaredConstructor());
            return constructor.newInstance();
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new MalformedMessage("can't make a " + type.getName() + ": " + e);
        }
    }
}
