/// `ccs_tool` and `ccs_test`.
@NullMarked
package io.muster.ccs.cli;

import org.jspecify.annotations.NullMarked;
