package io.muster.resource;

/// What can be done with the tree of a service. Order is part of message and record formats: append
/// only.
public enum Operation {
    START,
    STOP,
    STATUS,
    /// Starts the parts that aren't critical and were switched off.
    CONVALESCE,
    /// Tells the agents that attributes have changed which need no restart.
    RECONFIG,
    /// Moves a running service (a virtual machine) to another node.
    MIGRATE,
    /// Stops what a new configuration has no more, or otherwise.
    SHED,
    /// Starts what a new configuration has more, or otherwise.
    GROW,
    /// Stops, once, what is new to the configuration, but for what another service has here.
    INIT
}
