/// `ccs_config_validate`.
@NullMarked
package io.muster.config.cli;

import org.jspecify.annotations.NullMarked;
