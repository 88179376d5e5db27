@NullMarked
package io.muster.bed.cable;

import org.jspecify.annotations.NullMarked;
