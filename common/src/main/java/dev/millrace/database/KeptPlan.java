package dev.millrace.database;

/// Statements whose plan is the same whatever they are given, and takes longer to make than to carry out.
///
/// PostgreSQL plans a statement anew for each run as long as that promises a cheaper plan, and of an array whose
/// length it does not know it expects ten elements: for batches of one or two it would never keep a plan.
///
/// See [Plan caching](https://www.postgresql.org/docs/18/runtime-config-query.html#GUC-PLAN-CACHE-MODE).
public final class KeptPlan {

    /// In the select list of a statement before it in the same transaction: what follows runs with the plan that its
    /// connection has kept.
    public static final String KEPT = "set_config('plan_cache_mode', 'force_generic_plan', true)";

    private KeptPlan() {}
}
