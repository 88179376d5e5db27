/// `lvsctl` and the other commands of the director.
@NullMarked
package io.muster.lvs.cli;

import org.jspecify.annotations.NullMarked;
