package dev.millrace.database;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Queue;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/// A way to the database on which one statement after the other meets the fate that a test has planned for it, as on
/// a network that is cut. Statements without a plan are answered.
public final class FaultySource extends DelegatingDataSource {

    /// What happens to a statement.
    public enum Fate {
        ANSWERED,
        /// It is done and committed, and the answer is lost.
        ANSWER_LOST,
        /// It does not arrive.
        NOT_SENT
    }

    private record Plan(Fate fate, Runnable before) {}

    private final Queue<Plan> plans = new ArrayDeque<>();

    public FaultySource(DataSource source) {
        super(source);
    }

    /// Plans the fate of the next statement that has none yet.
    public FaultySource then(Fate fate) {
        return then(fate, () -> {});
    }

    public FaultySource then(Fate fate, Runnable before) {
        plans.add(new Plan(fate, before));
        return this;
    }

    @Override
    public Connection getConnection() throws SQLException {
        var connection = super.getConnection();
        return proxy(Connection.class, (proxy, method, arguments) -> {
            var answer = call(connection, method, arguments);
            return method.getName().equals("prepareStatement") ? faulty((PreparedStatement) answer) : answer;
        });
    }

    private PreparedStatement faulty(PreparedStatement statement) {
        return proxy(PreparedStatement.class, (proxy, method, arguments) -> {
            if (!method.getName().startsWith("execute")) {
                return call(statement, method, arguments);
            }
            var plan = plans.isEmpty() ? new Plan(Fate.ANSWERED, () -> {}) : plans.remove();
            plan.before().run();
            if (plan.fate() == Fate.NOT_SENT) {
                throw cut();
            }
            var answer = call(statement, method, arguments);
            if (plan.fate() == Fate.ANSWER_LOST) {
                throw cut();
            }
            return answer;
        });
    }

    private static SQLException cut() {
        return new SQLException("An I/O error occurred while sending to the backend.", "08006");
    }

    private static Object call(Object target, java.lang.reflect.Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FaultySource.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
