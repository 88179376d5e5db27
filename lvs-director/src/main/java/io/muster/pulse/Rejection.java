package io.muster.pulse;

/// Why a packet on the heartbeat port didn't count.
public enum Rejection {
    /// Neither the partner's public nor its private address.
    FOREIGN_SOURCE,
    /// Cut, too long, or not what the format allows (`bad heartbeat packet`).
    MALFORMED,
    /// The original's format where ours is spoken, or the other way round.
    OTHER_FORMAT,
    /// One of the original's words that no director of this kind sends (`Incompatible heartbeat received`).
    INCOMPATIBLE,
    /// The authentication code isn't the key's.
    FORGED,
    /// Genuine once: of a former life of the partner, of this director itself, or counted long ago.
    REPLAYED,
    /// Not addressed to this life of ours: the partner hasn't met it yet, or somebody repeats old packets.
    UNBOUND,
    /// Came already on another path, or was overtaken. Nothing is wrong.
    DUPLICATE
}
