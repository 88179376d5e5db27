/// The daemon of `docs/adding-a-daemon.md`, and the one with which the member is tested.
@org.jspecify.annotations.NullMarked
package io.muster.example;
