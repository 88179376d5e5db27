/// Foreign servers, from a cache and never installed.
@NullMarked
package io.muster.bed.root;

import org.jspecify.annotations.NullMarked;
