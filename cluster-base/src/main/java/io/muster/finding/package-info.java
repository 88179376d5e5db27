/// What is wrong with a file that an operator wrote: every problem at once, each with its place, the offending
/// value and the nearest right word. How cluster.conf and lvs.cf are read stands with them; how what was found
/// is kept, sorted, shown and handed on stands here, once.
@NullMarked
package io.muster.finding;

import org.jspecify.annotations.NullMarked;
