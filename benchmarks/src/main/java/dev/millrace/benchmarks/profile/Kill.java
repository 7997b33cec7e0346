package dev.millrace.benchmarks.profile;

import dev.millrace.benchmarks.load.LoadPlan;
import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.row.CommitTimes;
import dev.millrace.benchmarks.row.Trouble;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.BenchSettings;
import dev.millrace.benchmarks.stage.Progress;
import dev.millrace.benchmarks.stage.Simulator;
import dev.millrace.benchmarks.stage.Sql;
import dev.millrace.benchmarks.stage.Waiting;
import dev.millrace.quickstart.process.ServiceProcess;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// `kill -9` of one of two workers while chat calls, parked renders and creates are in flight: how long until all its
/// jobs run again, what is lost, what is paid twice. The simulator's ledger is the witness.
record Kill() implements Profile {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final Duration AT_LAST = Duration.ofMinutes(6);

    private static final String HELD_BY = """
            select convert_from(j.request, 'UTF8')
            from job_run r join job j on j.id = r.job_id
            where r.lane = ? and r.owner = (select id from worker where name like '%:' || ?)
            """;

    private static final String PARKED = "select count(*) from render where phase = 'poll'";

    @Override
    public Section run(BenchSettings settings, Profiles.Sizes sizes, Progress progress) {
        int calls = settings.scaled(100, 20);
        int renders = settings.scaled(100, 20);
        int creates = settings.scaled(20, 6);
        int seconds = settings.scaled(60, 6);
        var section = new SectionBuilder(
                "kill",
                "kill -9 of one of two workers with %d chat calls of %d s, %d parked renders and %d creates in flight"
                        .formatted(calls, seconds, renders, creates),
                !settings.quick());
        progress.say("starting");
        try (var bench = Bench.open(
                settings,
                progress,
                builder -> builder.workers(2)
                        // Fewer than there are creates, so that both workers have some.
                        .setting("millrace.worker.video-slots", creates * 3 / 5)
                        .chatModel("call", "sim-chat~latency=%ds".formatted(seconds))
                        .videoModel("render", "sim-video~render=%ds~poll-after=1s".formatted(seconds))
                        .videoModel("create", "sim-video~tag=create~render=1s"))) {
            bench.simulator().recordAll();
            new Run(bench, section, progress).measure(calls, renders, creates);
        }
        return section.build();
    }

    /// A worker that may be killed, and what it has in flight.
    private record Victim(ServiceProcess process, Set<String> calls, Set<String> creates) {

        static Victim of(Sql sql, ServiceProcess worker) {
            var pid = Long.toString(worker.pid());
            return new Victim(worker, prompts(sql, "chat", pid), prompts(sql, "video", pid));
        }

        private static Set<String> prompts(Sql sql, String lane, String pid) {
            return sql.list(HELD_BY, row -> CommitTimes.prompt(row.getString(1)), lane, pid).stream()
                    .collect(Collectors.toSet());
        }

        int toLoseOfEach() {
            return Math.min(calls.size(), creates.size());
        }
    }

    private record Run(Bench bench, SectionBuilder section, Progress progress) {

        void measure(int calls, int renders, int creates) {
            var before = bench.witness().told();
            var sql = new Sql(bench.platform());
            var simulator = bench.simulator();
            var hold = simulator.holdAnswers("video.create", "sim-video~tag=create*", creates);
            progress.say("submitting");
            long accepted = submit("video", "render", "render", renders);
            if (!Waiting.until(() -> sql.number(PARKED) >= renders, Duration.ofMillis(100), SOON)) {
                section.problem("only %d renders were parked", sql.number(PARKED));
            }
            accepted += submit("video", "create", "create", creates);
            accepted += submit("chat", "call", "call", calls);
            simulator.held(hold, creates);
            int inFlight = calls + creates;
            if (!Waiting.until(() -> simulator.open() >= inFlight, Duration.ofMillis(100), SOON)) {
                section.problem("only %d of %d calls were in flight", simulator.open(), inFlight);
            }
            var victim = bench.platform().workers().stream()
                    .map(worker -> Victim.of(sql, worker))
                    .max(Comparator.comparingInt(Victim::toLoseOfEach))
                    .orElseThrow();
            var itsCalls = victim.calls();
            progress.say(
                    "killing a worker with %d calls and %d creates",
                    itsCalls.size(), victim.creates().size());
            long killedAt = System.currentTimeMillis() * 1_000;
            victim.process().kill();
            simulator.release(hold);
            if (victim.toLoseOfEach() == 0) {
                section.problem("neither worker had both calls and creates to lose");
            }
            // A call that the other worker sent just before would be no repetition.
            var again = firstAfter(simulator, "chat", itsCalls, killedAt);
            section.figure(Figure.of("its chat calls run again after", " s", latest(again, killedAt))
                    .against(Target.atMost(15, 8)));
            var polled = polledAgain(simulator, renders, killedAt);
            section.figure(Figure.of("every parked render polled again after", " s", polled)
                    .against(Target.atMost(15, 8)));
            progress.say("waiting until all is told");
            awaitAll(before.jobs(), accepted);
            var looked = lookedUp(simulator, killedAt);
            section.figure(Figure.of("its creates looked up at the provider after", " s", looked)
                    .against(Target.atMost(15, 8)));
            count(simulator, calls, renders, creates, itsCalls, accepted, before.jobs());
        }

        private long submit(String kind, String model, String prompt, int count) {
            LoadPlan plan = bench.submissions()
                    .withModel(kind, model)
                    .withPrompt(prompt)
                    .forCount(count);
            var result = bench.load().run(plan);
            Trouble.with(section, result);
            return result.accepted();
        }

        /// Of each prompt the first request after the kill, as far as there is one in time.
        private Map<String, Long> firstAfter(
                Simulator simulator, String operation, Set<String> prompts, long killedAt) {
            var found = new HashMap<String, Long>();
            Waiting.until(
                    () -> {
                        for (var entry : simulator.entries(operation, 0)) {
                            if (entry.micros() > killedAt && prompts.contains(entry.prompt())) {
                                found.putIfAbsent(entry.prompt(), entry.micros());
                            }
                        }
                        return found.size() == prompts.size();
                    },
                    Duration.ofMillis(250),
                    SOON);
            if (found.size() < prompts.size()) {
                section.problem(
                        "%d of its %d chat calls never ran again", prompts.size() - found.size(), prompts.size());
            }
            return found;
        }

        private double polledAgain(Simulator simulator, int renders, long killedAt) {
            var first = new HashMap<String, Long>();
            var last = new HashMap<String, Long>();
            Waiting.until(
                    () -> {
                        first.clear();
                        for (var poll : simulator.entries("video.poll", 0)) {
                            if (poll.micros() > killedAt) {
                                first.putIfAbsent(poll.renderId(), poll.micros());
                            } else {
                                last.put(poll.renderId(), poll.micros());
                            }
                        }
                        return first.keySet().containsAll(last.keySet());
                    },
                    Duration.ofMillis(500),
                    SOON);
            if (last.size() < renders) {
                section.note("%d of %d renders had been polled before the kill", last.size(), renders);
            }
            return latest(first, killedAt);
        }

        private static double lookedUp(Simulator simulator, long killedAt) {
            return simulator.entries("video.list", 0).stream()
                            .filter(entry -> entry.micros() > killedAt)
                            .mapToLong(entry -> entry.micros() - killedAt)
                            .min()
                            .orElse(3_600_000_000L)
                    / 1e6;
        }

        private void awaitAll(long before, long accepted) {
            Waiting.until(() -> bench.witness().told().jobs() - before >= accepted, Duration.ofMillis(250), AT_LAST);
        }

        private void count(
                Simulator simulator,
                int calls,
                int renders,
                int creates,
                Set<String> itsCalls,
                long accepted,
                long before) {
            var told = bench.witness().told();
            long lost = accepted - (told.jobs() - before);
            var billed = new HashMap<String, Integer>();
            simulator.renders().stream()
                    .filter(Simulator.Made::billed)
                    .forEach(render -> billed.merge(render.prompt(), 1, Integer::sum));
            long twice = billed.values().stream().filter(times -> times > 1).count();
            var called = new HashMap<String, Integer>();
            simulator.entries("chat", 0).forEach(call -> called.merge(call.prompt(), 1, Integer::sum));
            var repeated = new HashSet<>(called.keySet());
            repeated.removeIf(prompt -> called.getOrDefault(prompt, 0) < 2);
            long others = repeated.stream()
                    .filter(prompt -> !itsCalls.contains(prompt))
                    .count();
            section.figure(Figure.of("jobs lost", "", lost).against(Target.atMost(0, 0)))
                    .figure(Figure.of("renders paid twice", "", twice).against(Target.atMost(0, 0)))
                    .figure(Figure.of("calls repeated that the dead worker did not have", "", others)
                            .against(Target.atMost(0, 0)))
                    .figure("chat calls that the dead worker had, of %d".formatted(calls), "", itsCalls.size())
                    .figure("of them repeated", "", repeated.size() - others)
                    .figure("renders billed, of %d asked for".formatted(renders + creates), "", billed.size());
            if (told.succeeded() < told.jobs()) {
                section.problem("%d jobs did not succeed", told.jobs() - told.succeeded());
            }
            section.memory(bench.memory());
        }

        private static double latest(Map<String, Long> times, long since) {
            List<Long> all = List.copyOf(times.values());
            return all.stream().mapToLong(at -> at - since).max().orElse(3_600_000_000L) / 1e6;
        }
    }
}
