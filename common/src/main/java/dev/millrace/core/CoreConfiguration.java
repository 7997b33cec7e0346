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
import dev.millrace.http.GuardedResolver;
import dev.millrace.http.OutboundHttp;
import dev.millrace.job.JobKind;
import dev.millrace.kafka.Broadcast;
import dev.millrace.kafka.KafkaWatch;
import dev.millrace.kafka.Publisher;
import dev.millrace.kafka.Topics;
import dev.millrace.ledger.Prices;
import dev.millrace.ledger.Spend;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.EmbeddingAdapter;
import dev.millrace.provider.ImageAdapter;
import dev.millrace.provider.ModelList;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.openai.OpenAiChat;
import dev.millrace.provider.openai.OpenAiEmbeddings;
import dev.millrace.provider.openai.OpenAiImages;
import dev.millrace.provider.openai.OpenAiModels;
import dev.millrace.provider.openai.OpenAiVideos;
import dev.millrace.render.Holds;
import dev.millrace.render.RenderStore;
import dev.millrace.routing.Hints;
import dev.millrace.routing.Retirements;
import dev.millrace.routing.RetryBudget;
import dev.millrace.routing.Router;
import dev.millrace.routing.Routes;
import dev.millrace.routing.RoutingMeters;
import dev.millrace.settings.MillraceSettings;
import dev.millrace.share.Shares;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/// What both services have: the database, Kafka, the providers and the stores.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MillraceSettings.class)
public class CoreConfiguration {

    private static final Duration CONNECT = Duration.ofSeconds(5);

    /// Longer silences of a provider that answers in one piece are ended by the call's own deadline.
    private static final Duration IDLE = Duration.ofMinutes(15);

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

    @Bean(destroyMethod = "close")
    Admin topicAdmin(KafkaProperties kafka) {
        var properties = new HashMap<String, Object>(kafka.buildAdminProperties());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
        properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000);
        return Admin.create(properties);
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
    Routes routes(MillraceSettings settings) {
        return new Routes(settings.providers(), settings.models());
    }

    @Bean
    Prices prices(MillraceSettings settings, Routes routes) {
        var publicNames = new HashMap<String, List<String>>();
        for (var route : routes.all()) {
            // A fallback's deployments have their price by their own route.
            for (var deployment : route.tiers().getFirst()) {
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
    Shares shares(Database database, Clock clock) {
        return new Shares(database, clock);
    }

    @Bean
    Hints hints(Publisher publisher, Clock clock) {
        return new Hints(publisher, clock);
    }

    @Bean
    Router router(Clock clock, RandomGenerator random, Shares shares, Hints hints, Routes routes) {
        var router = new Router(clock, random, shares, hints);
        router.prepare(routes);
        return router;
    }

    @Bean
    RetryBudget retryBudget(Clock clock, Router router) {
        return new RetryBudget(clock, router);
    }

    @Bean
    Broadcast hintReader(KafkaProperties kafka, KafkaWatch watch, Hints hints, Router router) {
        return new Broadcast(
                Hints.TOPIC,
                () -> new KafkaConsumer<>(
                        Broadcast.properties(kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                watch::available,
                value -> hints.received(value, router));
    }

    @Bean
    RoutingMeters routingMeters(Router router, Routes routes, MeterRegistry meters) {
        return new RoutingMeters(router, routes, meters);
    }

    @Bean
    Retirements retirements(Routes routes, Clock clock) {
        return new Retirements(routes, clock);
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

    @Bean(destroyMethod = "close")
    OutboundHttp providerHttp(MillraceSettings settings) {
        return new OutboundHttp(
                settings.worker().chatSlots()
                        + settings.worker().videoSlots()
                        + settings.worker().pollSlots()
                        + settings.chat().mostCalls(),
                CONNECT,
                IDLE,
                SystemDefaultDnsResolver.INSTANCE);
    }

    /// For addresses that somebody else names, such as a redirect to a finished file.
    @Bean(destroyMethod = "close")
    OutboundHttp guardedHttp(MillraceSettings settings) {
        return new OutboundHttp(
                settings.webhook().perProcess(),
                settings.webhook().connectTimeout(),
                settings.webhook().totalTimeout(),
                new GuardedResolver(settings.webhook().guard()));
    }

    @Bean
    Adapters adapters(OutboundHttp providerHttp, OutboundHttp guardedHttp) {
        var json = JsonMapper.shared();
        return new Adapters(
                Map.<ProviderType, ChatAdapter>of(ProviderType.OPENAI, new OpenAiChat(providerHttp, json)),
                Map.<ProviderType, VideoAdapter>of(
                        ProviderType.OPENAI, new OpenAiVideos(providerHttp, guardedHttp, json)),
                Map.<ProviderType, EmbeddingAdapter>of(
                        ProviderType.OPENAI, new OpenAiEmbeddings(providerHttp, json)),
                Map.<ProviderType, ImageAdapter>of(ProviderType.OPENAI, new OpenAiImages(providerHttp, json)),
                Map.<ProviderType, ModelList>of(ProviderType.OPENAI, new OpenAiModels(providerHttp, json)));
    }
}
