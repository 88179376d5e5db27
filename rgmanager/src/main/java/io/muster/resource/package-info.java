/// The resource tree of a service: what its agents can do, in which order they are called, and calling them.
@NullMarked
package io.muster.resource;

import org.jspecify.annotations.NullMarked;
