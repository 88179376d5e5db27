/// `lvs_config_validate`.
@NullMarked
package io.muster.lvscf.cli;

import org.jspecify.annotations.NullMarked;
