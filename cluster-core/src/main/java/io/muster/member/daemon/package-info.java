/// What runs a member: its stay, its replica, its questions.
@NullMarked
package io.muster.member.daemon;

import org.jspecify.annotations.NullMarked;
