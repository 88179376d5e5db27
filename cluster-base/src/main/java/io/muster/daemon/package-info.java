/// What every daemon needs around its core: where its files lie, logging, readiness, its pid file, signals.
@NullMarked
package io.muster.daemon;

import org.jspecify.annotations.NullMarked;
