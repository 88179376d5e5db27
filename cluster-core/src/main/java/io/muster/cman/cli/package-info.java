/// cman_tool and group_tool.
@NullMarked
package io.muster.cman.cli;

import org.jspecify.annotations.NullMarked;
