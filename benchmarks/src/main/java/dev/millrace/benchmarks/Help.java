package dev.millrace.benchmarks;

/// What `./millrace bench --help` says.
final class Help {

    static final String TEXT = """
            Measures Millrace on this machine with the simulator as its provider, beside floors and goals.

              ./millrace bench                     the rows accept, accept-open, whole, pickup, overload,
                                                   interactive, stream, hang and interactive-overload
              ./millrace bench --profile NAME      one of sustained, parked, kill, history, start, neighbour,
                                                   streams

              --rows LIST           some of the rows, by comma
              --runs N              runs of each row, of which the median counts (5)
              --quick               one short run of each after a small warm-up, judged by nothing
              --seconds S           length of a run, instead of the row's own
              --warm-up N           requests before the first run (100,000)
              --json FILE           writes all of it there
              --jfr DIR             records api-service and the workers while they are measured, and names the hottest
                                    methods; costs a few percent
              --workers N           (1)
              --connections N       of the load generator (64)
              --window N            most jobs under way in the whole-way row (1000)
              --projects N          that submit in turns (20)
              --set NAME=VALUE      a setting of both services, such as millrace.dispatch.room=1024; may be repeated
              --api-heap SIZE       instead of the quickstart's, such as 512m; also --worker-heap
              --jvm OPTION          of both services' JVMs; may be repeated
              --data DIR            where to keep data and logs while it runs (.millrace/bench); emptied first

            Profiles:
              sustained             --minutes M (10) at --rate R (1500) jobs a second: memory and backlog stay flat
              parked                10,000 renders and 5,000 chat calls of 60 s at once in one worker
              kill                  kill -9 of one of two workers with calls and renders in flight
              history               10 million finished jobs (--rows-count N) against none
              start                 ./millrace up, from the command to ready
              streams               5,000 streams of 60 events, one a second, at once through one api-service
              neighbour             100,000 jobs of one project, then one of another

            Ends with 0 if every floor held, 2 if one did not, 1 if it could not measure.
            """;

    private Help() {}
}
