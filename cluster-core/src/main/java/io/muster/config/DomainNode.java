package io.muster.config;

/// `<failoverdomainnode>`.
///
/// @param priority 1..100, lower is preferred; 0 when missing or out of range, which sorts before 1
public record DomainNode(String name, int priority) {}
