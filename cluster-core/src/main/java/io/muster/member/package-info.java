/// What a daemon does to be a member of a group, once for all daemons.
@NullMarked
package io.muster.member;

import org.jspecify.annotations.NullMarked;
