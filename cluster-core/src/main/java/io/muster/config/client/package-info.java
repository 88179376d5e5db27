/// How commands talk to ccsd.
@NullMarked
package io.muster.config.client;

import org.jspecify.annotations.NullMarked;
