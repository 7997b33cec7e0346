package dev.millrace.quickstart;

import dev.millrace.quickstart.client.Project;
import dev.millrace.quickstart.platform.Platform;

/// What `./millrace up` says once everything is ready: addresses, a key, and lines to paste.
final class Greeting {

    private Greeting() {}

    static void print(Console console, Platform platform, Project project) {
        console.line("");
        console.line("  API             %s", platform.baseUrl());
        console.line("  API key         %s", project.apiKey());
        console.line("  webhook secret  %s", project.webhookSecret());
        console.line("  operator API    %s (loopback only)", platform.operatorUrl());
        console.line("  PostgreSQL      %s", platform.postgres().jdbcUrl(Platform.DATABASE));
        console.line("  Kafka           %s", platform.broker().bootstrapServers());
        console.line("  data and logs   %s (kept; fsync is on)", platform.dataFolder());
        console.line("");
        console.line("Try it, in another terminal:");
        console.line("");
        for (var line : lines(platform.baseUrl().toString(), project.apiKey())) {
            console.line("%s", line);
        }
        console.line("");
        console.line("Ctrl-C stops it.");
    }

    static String[] lines(String base, String key) {
        return """
                export MILLRACE_URL=%s MILLRACE_API_KEY=%s
                curl -sS $MILLRACE_URL/v1/jobs -H "Authorization: Bearer $MILLRACE_API_KEY" -H 'Content-Type: application/json' \\
                  -d '{"kind":"chat","request":{"model":"sim-chat","messages":[{"role":"user","content":"Hello"}]}}'
                curl -sS $MILLRACE_URL/v1/jobs -H "Authorization: Bearer $MILLRACE_API_KEY" -H 'Content-Type: application/json' \\
                  -d '{"kind":"video","request":{"model":"sim-video","prompt":"A mill wheel turns","seconds":"4"}}'
                curl -sS -H "Authorization: Bearer $MILLRACE_API_KEY" -H 'Prefer: wait=20' $MILLRACE_URL/v1/jobs/JOB_ID
                curl -sS -H "Authorization: Bearer $MILLRACE_API_KEY" -o video.mp4 $MILLRACE_URL/v1/jobs/JOB_ID/content""".formatted(base, key).split("\n");
    }
}
