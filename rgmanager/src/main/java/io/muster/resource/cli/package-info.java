/// Commands about resource trees.
@NullMarked
package io.muster.resource.cli;

import org.jspecify.annotations.NullMarked;
