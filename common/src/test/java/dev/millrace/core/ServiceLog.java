package dev.millrace.core;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a service writes to its log, as its own settings have it, whatever those of the tests are.
public final class ServiceLog implements AutoCloseable {

    private final Environment settings;
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger("dev.millrace");

    private final AppenderBase<ILoggingEvent> listening = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            events.add(event);
        }
    };

    private ServiceLog(Environment settings) {
        this.settings = settings;
        listening.setContext(logger.getLoggerContext());
        listening.start();
        logger.addAppender(listening);
    }

    /// Listens until it is closed.
    ///
    /// @param settings of the service
    public static ServiceLog listen(Environment settings) {
        return new ServiceLog(settings);
    }

    /// The ids before each message that holds these words.
    public List<String> idsOf(String words) {
        var layout = new PatternLayout();
        layout.setContext(new LoggerContext());
        layout.setPattern(settings.getRequiredProperty("logging.pattern.correlation") + "%nopex");
        layout.start();
        return events(words).map(layout::doLayout).toList();
    }

    /// Each message that holds these words, as one object of JSON.
    public List<JsonNode> jsonOf(String words) {
        var context = new LoggerContext();
        context.putObject(Environment.class.getName(), settings);
        var encoder = new StructuredLogEncoder();
        encoder.setContext(context);
        encoder.setFormat("ecs");
        encoder.start();
        return events(words)
                .map(event -> JsonMapper.shared().readTree(new String(encoder.encode(event), StandardCharsets.UTF_8)))
                .toList();
    }

    private Stream<ILoggingEvent> events(String words) {
        return events.stream().filter(event -> event.getFormattedMessage().contains(words));
    }

    @Override
    public void close() {
        logger.detachAppender(listening);
        listening.stop();
    }
}
