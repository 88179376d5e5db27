/// Several guests on one network, with plugs and disks: `./muster lab site FILE`.
@NullMarked
package io.muster.bed.site;

import org.jspecify.annotations.NullMarked;
