/// Who is a member of the cluster, and whether the members may act: cman's core above the ring.
@NullMarked
package io.muster.membership;

import org.jspecify.annotations.NullMarked;
