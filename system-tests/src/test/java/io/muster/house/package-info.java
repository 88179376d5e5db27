/// Tests that hold the whole source tree to the house rules: arrows between modules, cores without side effects, clean
/// text.
@NullMarked
package io.muster.house;

import org.jspecify.annotations.NullMarked;
