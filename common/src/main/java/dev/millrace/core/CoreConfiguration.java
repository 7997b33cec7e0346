package dev.millrace.core;

import dev.millrace.access.SecretBox;
import dev.millrace.access.WebhookSecrets;
import dev.millrace.asset.AssetStore;
import dev.millrace.asset.Assets;
import dev.millrace.database.Database;
import dev.millrace.database.DatabaseWatch;
import dev.millrace.dispatch.Lane;
import dev.millrace.dispatch.Tokens;
import dev.millrace.event.JobSignals;
import dev.millrace.job.JobKind;
import dev.millrace.kafka.KafkaWatch;
import dev.millrace.kafka.Publisher;
import dev.millrace.kafka.Topics;
import dev.millrace.ledger.Prices;
import dev.millrace.ledger.RollUpLoop;
import dev.millrace.ledger.Spend;
import dev.millrace.provider.Adapters;
import dev.millrace.render.Holds;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.Hints;
import dev.millrace.routing.Routes;
import dev.millrace.settings.MillraceSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/// What both services have: the database, Kafka, the providers and the stores.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MillraceSettings.class)
@Import({ProviderConfiguration.class, RoutingConfiguration.class})
public class CoreConfiguration {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    RandomGenerator random() {
        return RandomGenerator.getDefault();
    }

    @Bean
    Database database(DataSource source) {
        return new Database(source);
    }

    @Bean
    DatabaseWatch databaseWatch(DataSource source, Database database, List<DatabaseWatch.Check> checks) {
        return new DatabaseWatch(source, database, checks);
    }

    @Bean
    DatabaseWatch.Check assetStoreCheck(AssetStore store, Assets assets) {
        return () -> {
            try {
                return store.objection(assets.storeMarker())
                        .map(objection -> "millrace.asset.root: " + objection + ".");
            } catch (IOException unusable) {
                return Optional.of("millrace.asset.root: the folder " + store.root() + " can't be used: "
                        + unusable.getMessage() + ".");
            }
        };
    }

    @Bean(destroyMethod = "")
    Admin topicAdmin(KafkaProperties kafka) {
        var properties = new HashMap<String, Object>(kafka.buildAdminProperties());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return Admin.create(properties);
    }

    /// By itself it would wait for what Kafka has not answered yet: up to ten seconds if Kafka is away.
    @Bean
    DisposableBean topicAdminEnd(Admin admin) {
        return () -> admin.close(Duration.ZERO);
    }

    @Bean
    KafkaWatch kafkaWatch(Admin admin, Publisher publisher, MillraceSettings settings) {
        var wanted = new ArrayList<Topics.Wanted>();
        for (var kind : JobKind.values()) {
            wanted.add(new Topics.Wanted(
                    Lane.topic(kind),
                    settings.dispatch().partitions(),
                    settings.dispatch().replicas()));
        }
        wanted.add(new Topics.Wanted(JobSignals.TOPIC, 1, settings.dispatch().replicas()));
        wanted.add(new Topics.Wanted(Hints.TOPIC, 1, settings.dispatch().replicas()));
        var names = wanted.stream().map(Topics.Wanted::name).toList();
        return new KafkaWatch(new Topics(admin, wanted), () -> publisher.prepare(names));
    }

    /// Without idempotence: a token that comes twice is harmless, and a producer that remembers sequence numbers
    /// does not survive a broker that has lost its data.
    @Bean(destroyMethod = "close")
    Publisher publisher(KafkaProperties kafka) {
        var properties = new HashMap<String, Object>(kafka.buildProducerProperties());
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 500);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2_000);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 3_000);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // The usual one fills one partition before it takes the next: one worker of several would get the tokens of a
        // second, then another.
        properties.put(ProducerConfig.PARTITIONER_CLASS_CONFIG, RoundRobinPartitioner.class);
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8L * 1024 * 1024);
        properties.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return new Publisher(new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer()));
    }

    @Bean
    Tokens tokens(Publisher publisher) {
        return new Tokens(publisher);
    }

    @Bean
    JobSignals jobSignals(Publisher publisher) {
        return new JobSignals(publisher);
    }

    @Bean
    Routes routes(MillraceSettings settings, Adapters adapters) {
        return new Routes(settings.providers(), settings.models(), (type, kind) -> switch (kind) {
            case CHAT -> adapters.chat(type).isPresent();
            case VIDEO -> adapters.video(type).isPresent();
            case EMBEDDING -> adapters.embedding(type).isPresent();
            case IMAGE -> adapters.image(type).isPresent();
        });
    }

    @Bean
    Prices prices(MillraceSettings settings, Routes routes) {
        var publicNames = new HashMap<String, List<String>>();
        for (var route : routes.all()) {
            // A fallback's deployments have their price by their own route.
            for (var deployment :
                    route.ofItsOwn().tiers().stream().flatMap(List::stream).toList()) {
                publicNames
                        .computeIfAbsent(deployment.name(), name -> new ArrayList<>())
                        .add(route.model());
            }
        }
        return new Prices(settings.prices(), publicNames);
    }

    @Bean
    Spend spend(Prices prices, MeterRegistry meters) {
        return new Spend(prices, meters);
    }

    @Bean
    RollUpLoop rollUpLoop(Database database, DatabaseWatch watch) {
        return new RollUpLoop(database, watch);
    }

    @Bean
    SecretBox secretBox(MillraceSettings settings) {
        return new SecretBox(settings.secret());
    }

    @Bean
    WebhookSecrets webhookSecrets(Database database, SecretBox box) {
        return new WebhookSecrets(database, box);
    }

    @Bean
    RenderStore renderStore(Database database) {
        return new RenderStore(database);
    }

    @Bean
    Holds holds(Database database) {
        return new Holds(database);
    }

    @Bean
    AssetStore assetStore(MillraceSettings settings) {
        return new AssetStore(settings.asset());
    }

    @Bean
    Assets assets(Database database) {
        return new Assets(database);
    }
}
