package io.muster.config;

/// `<gfs_controld>`.
public record GfsControldConfig(boolean enableWithdraw, PlockConfig plock) {}
