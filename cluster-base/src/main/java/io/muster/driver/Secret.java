package io.muster.driver;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// On a component of an event or effect that must never reach a disk: passwords, keys. A record shows it empty, so
/// a core may carry it but not decide by it.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Secret {
    /// Values that everybody knows and that are written as they are: a default.
    String[] but() default {};
}
