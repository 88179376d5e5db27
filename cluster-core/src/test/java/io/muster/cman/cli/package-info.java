@NullMarked
package io.muster.cman.cli;

import org.jspecify.annotations.NullMarked;
