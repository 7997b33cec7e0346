package dev.millrace.api.job;

import dev.millrace.api.http.Answer;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.asset.Assets;
import dev.millrace.asset.Assets.Asset;
import dev.millrace.job.JobId;
import dev.millrace.job.JobQueries;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import tools.jackson.core.JsonGenerator;

/// `GET /v1/jobs/{id}/result`: of a chat job the answer, byte for byte as it was stored; of a video job where its file
/// is; of a job that did not succeed its error.
@Controller
class ResultController {

    private final OwnJobs own;
    private final Outputs outputs;
    private final JobQueries jobs;
    private final Assets assets;
    private final DatabaseCalls database;

    ResultController(OwnJobs own, Outputs outputs, JobQueries jobs, Assets assets, DatabaseCalls database) {
        this.own = own;
        this.outputs = outputs;
        this.jobs = jobs;
        this.assets = assets;
        this.database = database;
    }

    @GetMapping("/v1/jobs/{id}/result")
    void result(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        var id = own.id(text);
        var job = own.get(project, id);
        outputs.require(job);
        switch (job.kind()) {
            case CHAT -> {
                var answer = database.ask(() -> jobs.result(project, id)).orElseThrow(ResultController::missing);
                Answer.bytes(response, 200, answer);
            }
            case VIDEO -> {
                var asset = database.ask(() -> assets.find(project, id)).orElseThrow(ResultController::missing);
                Answer.json(response, 200, to -> video(to, id, asset));
            }
        }
    }

    private static Problem missing() {
        return Problem.server(500, "result_missing", "The result of this job is not there any more.", false);
    }

    private static void video(JsonGenerator to, JobId id, Asset asset) {
        to.writeStartObject();
        to.writeStringProperty("id", id.toString());
        to.writeStringProperty("object", "job.result");
        to.writeStringProperty("content_url", "/v1/jobs/" + id + "/content");
        to.writeStringProperty("content_type", asset.contentType());
        to.writeNumberProperty("bytes", asset.bytes());
        to.writeStringProperty("sha256", asset.sha256());
        to.writeNumberProperty("created_at", asset.createdAt().getEpochSecond());
        to.writeEndObject();
    }
}
