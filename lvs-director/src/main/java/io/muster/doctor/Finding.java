package io.muster.doctor;

/// Something on a director that doesn't work, or won't in the hour it is needed.
///
/// @param subject what it is about: a setting, an address, a file
/// @param problem what is wrong, with the offending value
/// @param why what it does to the service
/// @param mend the command, or the change, that mends it
public record Finding(String subject, String problem, String why, String mend) {}
