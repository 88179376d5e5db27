/// `lvsctl`, which stands above lvsd and pulse.
@NullMarked
package io.muster.lvsctl.cli;

import org.jspecify.annotations.NullMarked;
