/// `clustat` and `clusvcadm`.
@NullMarked
package io.muster.service.cli;

import org.jspecify.annotations.NullMarked;
