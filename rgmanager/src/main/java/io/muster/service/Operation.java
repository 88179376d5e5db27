package io.muster.service;

/// What an owner does with the tree of a service. Order is part of the message format: append only.
public enum Operation {
    START,
    STOP,
    STATUS,
    CONVALESCE
}
