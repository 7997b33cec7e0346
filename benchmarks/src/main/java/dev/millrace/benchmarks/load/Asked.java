package dev.millrace.benchmarks.load;

/// What each request of a load asks for.
///
/// @param kind   of the jobs: `chat` or `video`; `completion` or `stream` for a chat completion that is no job
/// @param model  that is named
/// @param prompt what each prompt begins with; a number of ten digits follows, the same in no two of them
public record Asked(String kind, String model, String prompt) {

    Asked of(String otherKind, String otherModel) {
        return new Asked(otherKind, otherModel, prompt);
    }

    Asked beginning(String otherPrompt) {
        return new Asked(kind, model, otherPrompt);
    }
}
