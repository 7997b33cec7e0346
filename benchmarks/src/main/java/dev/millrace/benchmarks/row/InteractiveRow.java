package dev.millrace.benchmarks.row;

import dev.millrace.benchmarks.report.Figure;
import dev.millrace.benchmarks.report.Section;
import dev.millrace.benchmarks.report.SectionBuilder;
import dev.millrace.benchmarks.report.Target;
import dev.millrace.benchmarks.stage.Bench;
import dev.millrace.benchmarks.stage.Progress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `POST /v1/chat/completions`, answered in one piece: what `api-service` adds to a call of a provider that takes
/// 60 ms, and how many it carries of one that answers at once.
record InteractiveRow() implements Row {

    static final List<Integer> CONNECTIONS = List.of(1, 16, 64);

    @Override
    public String name() {
        return "interactive";
    }

    @Override
    public Section measure(Bench bench, WarmUp warmUp, Progress progress) {
        var settings = bench.settings();
        var section = new SectionBuilder(
                name(),
                "chat completions at 1, 16 and 64 connections, beside direct calls and a bare pass-through",
                !settings.quick());
        var added = new LinkedHashMap<Integer, Added>();
        var rates = new LinkedHashMap<Integer, List<Double>>();
        var passedRates = new LinkedHashMap<Integer, List<Double>>();
        var cpu = new ArrayList<Double>();
        for (int run = 1; run <= settings.runs(); run++) {
            progress.say("interactive, run %d of %d", run, settings.runs());
            for (int connections : CONNECTIONS) {
                var slow = Beside.measure(
                        bench,
                        "completion",
                        Calling.PLAYED_SLOW,
                        Calling.SLOW,
                        plan -> plan.over(connections).forSeconds(settings.runSeconds(5)),
                        section);
                added.computeIfAbsent(connections, key -> new Added(connections + " at once, 60 ms"))
                        .run(
                                slow.direct().latency(),
                                slow.passed().latency(),
                                slow.through().latency());
            }
            for (int connections : CONNECTIONS) {
                boolean last = run == settings.runs() && connections == 64;
                var recording = last ? bench.record(name()) : null;
                var instant = Beside.measure(
                        bench,
                        "completion",
                        "sim-chat",
                        Calling.INSTANT,
                        plan -> plan.over(connections).forSeconds(settings.runSeconds(4)),
                        section);
                Hot.note(section, recording);
                rates.computeIfAbsent(connections, key -> new ArrayList<>())
                        .add(instant.through().rate());
                passedRates
                        .computeIfAbsent(connections, key -> new ArrayList<>())
                        .add(instant.passed().rate());
                if (connections == 64) {
                    cpu.add(instant.apiCpuPer1000());
                    section.cpu(instant.span().cpuSeconds(), instant.through().accepted());
                }
            }
        }
        show(section, added);
        section.figure(Figure.of("64 connections, instant provider", "/s", rates.getOrDefault(64, List.of()))
                        .against(Target.atLeast(7_000, 10_000)))
                .figure(Figure.of("CPU for 1,000 of them, api-service", " s", cpu)
                        .against(Target.atMost(0.2, 0.12)));
        warmUp.show(section);
        for (int connections : CONNECTIONS) {
            var each = connections + (connections == 1 ? " connection" : " connections");
            section.figure(Figure.of("instant, " + each, "/s", rates.getOrDefault(connections, List.of())))
                    .figure(Figure.of("  a bare pass-through", "/s", passedRates.getOrDefault(connections, List.of())));
        }
        return section.memory(bench.memory()).build();
    }

    private static void show(SectionBuilder section, Map<Integer, Added> added) {
        added.forEach((connections, all) -> {
            if (connections == 64) {
                all.show(section, Target.atMost(1, 0.5), Target.atMost(7, 3));
            } else {
                all.show(section);
            }
        });
    }
}
