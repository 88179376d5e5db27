/// `ipvsadm`, `ipvsadm-save` and `ipvsadm-restore`.
@NullMarked
package io.muster.ipvs.cli;

import org.jspecify.annotations.NullMarked;
