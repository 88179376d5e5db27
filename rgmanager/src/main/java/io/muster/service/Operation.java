package io.muster.service;

/// What an owner does with the tree of a service. Order is part of the message format: append only.
public enum Operation {
    START,
    STOP,
    STATUS,
    CONVALESCE,
    /// Stop what a new configuration has no more, or otherwise.
    SHED,
    /// Start what it has more, or otherwise.
    GROW,
    /// Stop, once, what is new to the configuration.
    INIT
}
