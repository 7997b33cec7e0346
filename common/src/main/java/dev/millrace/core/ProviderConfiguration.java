package dev.millrace.core;

import dev.millrace.http.GuardedResolver;
import dev.millrace.http.OutboundHttp;
import dev.millrace.provider.Adapters;
import dev.millrace.provider.ChatAdapter;
import dev.millrace.provider.EmbeddingAdapter;
import dev.millrace.provider.ImageAdapter;
import dev.millrace.provider.ModelList;
import dev.millrace.provider.ProviderType;
import dev.millrace.provider.Target;
import dev.millrace.provider.VideoAdapter;
import dev.millrace.provider.anthropic.AnthropicChat;
import dev.millrace.provider.anthropic.AnthropicModels;
import dev.millrace.provider.gemini.GeminiChat;
import dev.millrace.provider.gemini.GeminiModels;
import dev.millrace.provider.gemini.video.GeminiVideos;
import dev.millrace.provider.gemini.video.VertexVideos;
import dev.millrace.provider.openai.OpenAiChat;
import dev.millrace.provider.openai.OpenAiEmbeddings;
import dev.millrace.provider.openai.OpenAiImages;
import dev.millrace.provider.openai.OpenAiModels;
import dev.millrace.provider.openai.OpenAiVideos;
import dev.millrace.settings.MillraceSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/// How providers are called, and in which wire formats.
@Configuration(proxyBeanMethods = false)
class ProviderConfiguration {

    private static final Duration CONNECT = Target.CONNECT;

    @Bean(destroyMethod = "close")
    OutboundHttp providerHttp(MillraceSettings settings) {
        return new OutboundHttp(
                settings.worker().chatSlots()
                        + settings.worker().videoSlots()
                        + settings.worker().pollSlots()
                        + settings.worker().fetchSlots()
                        + settings.chat().mostCalls(),
                CONNECT,
                longestConnect(settings),
                SystemDefaultDnsResolver.INSTANCE);
    }

    /// Above what any model has, so that it is the call's own time that ends it.
    private static Duration longestConnect(MillraceSettings settings) {
        return settings.models().values().stream()
                .flatMap(model ->
                        Stream.of(model.chat().connect(), model.render().connect()))
                .filter(connect -> connect.compareTo(CONNECT) > 0)
                .max(Comparator.naturalOrder())
                .orElse(CONNECT)
                .plusSeconds(1);
    }

    /// For addresses that somebody else names, such as a redirect to a finished file.
    @Bean(destroyMethod = "close")
    OutboundHttp guardedHttp(MillraceSettings settings) {
        return new OutboundHttp(
                settings.webhook().perProcess(),
                settings.webhook().connectTimeout(),
                new GuardedResolver(settings.webhook().guard()));
    }

    @Bean
    Adapters adapters(OutboundHttp providerHttp, OutboundHttp guardedHttp, Clock clock) {
        var json = JsonMapper.shared();
        return new Adapters(
                Map.<ProviderType, ChatAdapter>of(
                        ProviderType.OPENAI, new OpenAiChat(providerHttp, json),
                        ProviderType.ANTHROPIC, new AnthropicChat(providerHttp, json),
                        ProviderType.GEMINI, new GeminiChat(providerHttp, json, clock)),
                Map.<ProviderType, VideoAdapter>of(
                        ProviderType.OPENAI, new OpenAiVideos(providerHttp, guardedHttp, json),
                        ProviderType.GEMINI, new GeminiVideos(providerHttp, guardedHttp),
                        ProviderType.VERTEX, new VertexVideos(providerHttp, guardedHttp, clock)),
                Map.<ProviderType, EmbeddingAdapter>of(ProviderType.OPENAI, new OpenAiEmbeddings(providerHttp, json)),
                Map.<ProviderType, ImageAdapter>of(ProviderType.OPENAI, new OpenAiImages(providerHttp, json)),
                Map.<ProviderType, ModelList>of(
                        ProviderType.OPENAI, new OpenAiModels(providerHttp, json),
                        ProviderType.ANTHROPIC, new AnthropicModels(providerHttp, json),
                        ProviderType.GEMINI, new GeminiModels(providerHttp, json)));
    }
}
