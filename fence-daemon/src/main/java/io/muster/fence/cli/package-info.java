/// `fence_tool`, `fence_node`, `fence_ack_manual`.
@NullMarked
package io.muster.fence.cli;

import org.jspecify.annotations.NullMarked;
