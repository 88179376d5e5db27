/// What every command needs and nothing that is slow to load: getopt(3), the nearest right word, the run contract.
@NullMarked
package io.muster.cli;

import org.jspecify.annotations.NullMarked;
