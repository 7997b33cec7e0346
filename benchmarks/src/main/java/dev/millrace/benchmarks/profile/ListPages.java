package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Sql;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/// Asks for a page with every combination of filters, one at a time.
final class ListPages {

    private static final int TIMES = 3;
    private static final int SHOWN = 6;

    private static final List<String> KINDS = List.of("", "kind=chat", "kind=video");
    private static final List<String> STATUSES = List.of(
            "",
            "status=queued",
            "status=running",
            "status=succeeded",
            "status=failed",
            "status=cancelled",
            "status=expired");
    // One that half of all jobs have, one that few have, both, and one that none has.
    private static final List<String> METADATA = List.of(
            "",
            pair("tier", "gold"),
            pair("batch", "b0"),
            pair("tier", "gold") + "&" + pair("batch", "b0"),
            pair("tier", "none"));

    private static final String MIDDLE = """
            select id from job where project_id = ? order by id desc
            offset (select count(*) / 2 from job where project_id = ?) limit 1
            """;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .proxy(HttpClient.Builder.NO_PROXY)
            .build();
    private final Bench bench;

    ListPages(Bench bench) {
        this.bench = bench;
    }

    /// @param first  milliseconds of the first time it was asked for
    /// @param median of the times after that
    private record Page(String query, double first, double median) {}

    void measure(SectionBuilder section) {
        var pages = new ArrayList<Page>();
        // The first project has everything, the second neither videos nor expired jobs.
        for (int project = 0; project < Math.min(2, bench.projects().size()); project++) {
            for (var query : queries(project)) {
                pages.add(ask(project, query));
            }
        }
        pages.sort(Comparator.comparingDouble(Page::median).reversed());
        double worst = pages.getFirst().median();
        double worstFirst = pages.stream().mapToDouble(Page::first).max().orElse(Double.NaN);
        long slow = pages.stream().filter(page -> page.median() > 100).count();
        section.figure(Figure.of("slowest list page of %d filters".formatted(pages.size()), " ms", worst)
                        .against(Target.atMost(100, 20)))
                .figure("slowest when asked for the first time", " ms", worstFirst)
                .figure(
                        "median of all",
                        " ms",
                        Figure.of("", "", pages.stream().map(Page::median).toList())
                                .value())
                .figure("pages above 100 ms", "", slow);
        pages.stream()
                .limit(SHOWN)
                .forEach(page -> section.note("%,.1f ms (first %,.1f): %s", page.median(), page.first(), page.query()));
    }

    private List<String> queries(int project) {
        var all = new ArrayList<String>();
        var id = UUID.fromString(uuid(bench.projects().get(project).id()));
        var middle = new Sql(bench.platform())
                .list(MIDDLE, row -> row.getString(1), id, id)
                .getFirst();
        var afters = List.of("", "after=job_" + middle.replace("-", ""));
        for (var kind : KINDS) {
            for (var status : STATUSES) {
                for (var metadata : METADATA) {
                    for (var after : afters) {
                        all.add(String.join(
                                "&",
                                List.of(kind, status, metadata, after).stream()
                                        .filter(part -> !part.isEmpty())
                                        .toList()));
                    }
                }
            }
        }
        return all;
    }

    private Page ask(int project, String query) {
        double first = once(project, query);
        var times = new ArrayList<Double>();
        for (int i = 0; i < TIMES; i++) {
            times.add(once(project, query));
        }
        return new Page(
                "project %d, %s".formatted(project, query),
                first,
                Figure.of("", "", times).value());
    }

    private double once(int project, String query) {
        var request = HttpRequest.newBuilder(URI.create(bench.platform().baseUrl() + "/v1/jobs?limit=100&" + query))
                .timeout(Duration.ofMinutes(1))
                .header(
                        "authorization",
                        "Bearer " + bench.projects().get(project).apiKey())
                .build();
        long began = System.nanoTime();
        try {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(query + ": " + answer.statusCode() + " " + answer.body());
            }
        } catch (IOException noAnswer) {
            throw new IllegalStateException("No answer to " + query, noAnswer);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", interrupted);
        }
        return (System.nanoTime() - began) / 1e6;
    }

    /// `project_0192…` or a plain UUID, as PostgreSQL writes it.
    static String uuid(String id) {
        var hex = id.substring(id.lastIndexOf('_') + 1).replace("-", "");
        return hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
    }

    private static String pair(String key, String value) {
        return URLEncoder.encode("metadata[" + key + "]", StandardCharsets.UTF_8) + "=" + value;
    }
}
