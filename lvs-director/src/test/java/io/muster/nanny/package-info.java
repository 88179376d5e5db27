@org.jspecify.annotations.NullMarked
package io.muster.nanny;
