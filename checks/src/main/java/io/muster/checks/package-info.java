/// Health of servers: what a check's result means, and when the next is due. How checks are made is in
/// `io.muster.checks.daemon`.
@NullMarked
package io.muster.checks;

import org.jspecify.annotations.NullMarked;
