package dev.millrace.database;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

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

    /// As [#KEPT], for a statement that looks rows up by array (`= any (array(…))`) in tables that may be empty when it
    /// is planned, or that many dead rows have made longer than they look: no table is read from end to end.
    public static final String KEPT_BY_INDEX = KEPT + ", set_config('enable_seqscan', 'off', true)";

    private KeptPlan() {}

    /// Runs a text that is a select list with one of these, and then a query; answers what that does.
    public static ResultSet query(PreparedStatement both) throws SQLException {
        both.execute();
        both.getMoreResults();
        return both.getResultSet();
    }
}
