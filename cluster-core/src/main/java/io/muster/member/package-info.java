/// What every daemon needs that is a member of a group, whatever it decides there.
@NullMarked
package io.muster.member;

import org.jspecify.annotations.NullMarked;
