/// `./muster demo`: one death, to watch.
@NullMarked
package io.muster.demo;

import org.jspecify.annotations.NullMarked;
