package io.muster.checks;

/// What a server that is up gets for weight: slow start first, then as its load asks.
///
/// Source of the rules: nanny of Piranha 0.8.
final class Weights {
    private static final int FIRST_SHARE = 32;

    private Weights() {}

    /// Of one that has just been let in.
    static int first(Rules rules) {
        return Math.min(rules.weight(), Math.max(1, rules.weight() / FIRST_SHARE));
    }

    /// The next step of a slow start.
    static int next(Rules rules, int last) {
        return (int) Math.min(rules.weight(), 2L * Math.max(1, last));
    }

    /// The weight that a load asks for; never below the configured one.
    static int byLoad(Rules rules, int last, double load) {
        double step = rules.weight() / 2.0 * Math.cbrt(Math.abs(1 - load));
        double wanted = load < 1 ? last + step : last - step;
        return (int) Math.clamp(wanted, rules.weight(), most(rules));
    }

    /// Whether the difference is worth applying.
    static boolean differs(Rules rules, int last, int next) {
        return Math.abs((long) next - last) * 4 >= rules.weight();
    }

    /// What a server without load may get.
    static int most(Rules rules) {
        return (int) Math.min(Integer.MAX_VALUE, (long) Math.max(1, rules.loadScale()) * rules.weight());
    }

    /// What one has that was in the table already with this weight.
    static int adopted(Rules rules, int weight) {
        int most = rules.loadScale() > 0 ? most(rules) : rules.weight();
        return weight <= 0 ? rules.weight() : Math.min(weight, most);
    }
}
