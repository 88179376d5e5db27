/// What is wrong with a director's machine and its network, as far as facts and lvs.cf tell.
@NullMarked
package io.muster.doctor;

import org.jspecify.annotations.NullMarked;
