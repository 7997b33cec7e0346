package dev.millrace.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.provider.ProviderType;
import dev.millrace.routing.ModelSettings.DeploymentSettings;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

@DisplayNameGeneration(ReplaceUnderscores.class)
class RetirementsTest {

    private final MutableClock clock = new MutableClock();

    private Retirements shutDown(String day) {
        var settings = new DeploymentSettings("p", "old", 1, 0, Set.of(), Set.of(), 0, LocalDate.parse(day), 1);
        return new Retirements(
                new Routes(
                        Map.of(
                                "p",
                                new ProviderSettings(
                                        ProviderType.OPENAI,
                                        "https://p.example/v1",
                                        List.of("k"),
                                        false,
                                        Set.of(),
                                        null)),
                        Map.of(
                                "gpt",
                                new ModelSettings(
                                        ModelKind.CHAT,
                                        List.of(settings),
                                        List.of(),
                                        RenderRules.DEFAULT,
                                        ChatRules.DEFAULT))),
                clock);
    }

    @Test
    void a_shutdown_is_warned_of_fourteen_days_before_and_no_earlier() {
        assertThat(shutDown("2026-12-09").warnings()).isEmpty();
        assertThat(shutDown("2026-12-08").warnings())
                .containsExactly("Deployment p/old goes out of service on 2026-12-08");
    }

    @Test
    void it_is_warned_of_at_the_start_and_once_a_day() {
        var retirements = shutDown("2026-12-01");
        assertThat(retirements.warnings()).hasSize(1);
        clock.advance(Duration.ofHours(11));
        assertThat(retirements.warnings()).isEmpty();
        clock.advance(Duration.ofHours(1));
        assertThat(retirements.warnings()).hasSize(1);
    }

    @Test
    void a_model_that_has_nothing_left_is_named() {
        assertThat(shutDown("2026-11-24").warnings())
                .containsExactly(
                        "Deployment p/old is out of service since 2026-11-24 and is not used any more",
                        "Model gpt has no deployment that is in service");
    }

    @Test
    void once_started_it_writes_its_warnings_to_the_log() {
        var log = new ListAppender<ILoggingEvent>();
        log.setContext((LoggerContext) LoggerFactory.getILoggerFactory());
        log.start();
        var logger = (Logger) LoggerFactory.getLogger(Retirements.class);
        logger.addAppender(log);
        var retirements = shutDown("2026-12-08");
        retirements.start();
        try {
            await().untilAsserted(() -> assertThat(log.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("Deployment p/old goes out of service on 2026-12-08"));
        } finally {
            retirements.stop();
            logger.detachAppender(log);
        }
    }
}
