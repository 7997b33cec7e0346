package dev.millrace.api.operator;

import dev.millrace.access.Limits;
import dev.millrace.api.http.Answer;
import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/// `POST /operator/projects`, `GET` and `PATCH /operator/projects/{id}`, and `POST /operator/projects/{id}/keys`.
@Controller
class ProjectController {

    private static final int LONGEST_NAME = 200;
    private static final String BUDGET = "budget";
    private static final Set<String> CHANGEABLE = with(BUDGET, LimitMembers.NAMES);
    private static final Set<String> MADE_OF = with("name", CHANGEABLE);

    private static final Logger log = LoggerFactory.getLogger(ProjectController.class);

    private final Accounts accounts;
    private final DatabaseCalls database;
    private final OperatorBody body;

    ProjectController(Accounts accounts, DatabaseCalls database, OperatorBody body) {
        this.accounts = accounts;
        this.database = database;
        this.body = body;
    }

    @PostMapping("/operator/projects")
    void createProject(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var asked = body.read(request, MADE_OF);
        var name = OperatorBody.text(asked, "name");
        var budget = Amounts.optional(asked, BUDGET);
        var limits = LimitMembers.changes(asked).apply(Limits.NONE);
        if (name.codePointCount(0, name.length()) > LONGEST_NAME
                || name.codePoints().anyMatch(Character::isISOControl)) {
            throw Problem.invalid(
                    "name",
                    "invalid_value",
                    "'name' must have 1 to " + LONGEST_NAME + " characters, none of them a control character.");
        }
        var project = database.ask(() -> accounts.createProject(name, budget, limits));
        log.info("Made project {}", project.id());
        Answer.json(response, 201, to -> {
            to.writeStartObject();
            to.writeStringProperty("id", project.id().toString());
            to.writeStringProperty("object", "project");
            to.writeStringProperty("name", project.name());
            to.writeStringProperty("api_key", project.apiKey().reveal());
            to.writeStringProperty("webhook_secret", project.webhookSecret().reveal());
            to.writeEndObject();
        });
    }

    @PostMapping("/operator/projects/{id}/keys")
    void createKey(@PathVariable("id") String text, HttpServletResponse response) throws IOException {
        var id = projectId(text);
        var key = database.ask(() -> accounts.createKey(id)).orElseThrow(ProjectController::noSuchProject);
        log.info("Made key {} for project {}", key.id(), key.project());
        Answer.json(response, 201, to -> {
            to.writeStartObject();
            to.writeStringProperty("id", key.id().toString());
            to.writeStringProperty("object", "api_key");
            to.writeStringProperty("project_id", key.project().toString());
            to.writeStringProperty("api_key", key.apiKey().reveal());
            to.writeEndObject();
        });
    }

    @GetMapping("/operator/projects/{id}")
    void project(@PathVariable("id") String text, HttpServletResponse response) throws IOException {
        answer(response, projectId(text));
    }

    /// What is there is set, or removed where it is `null`; what is not there stays.
    @PatchMapping("/operator/projects/{id}")
    void change(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var id = projectId(text);
        var asked = body.read(request, CHANGEABLE);
        if (asked.isEmpty()) {
            throw Problem.invalid(
                    BUDGET,
                    "missing_required_parameter",
                    "One of " + CHANGEABLE.stream().sorted().collect(Collectors.joining("', '", "'", "'"))
                            + " is missing.");
        }
        var budget = Amounts.optional(asked, BUDGET);
        var limits = LimitMembers.changes(asked);
        boolean found = database.ask(() -> {
            boolean exists = accounts.limit(id, limits);
            if (exists && asked.has(BUDGET)) {
                accounts.setBudget(id, budget);
            }
            return exists;
        });
        if (!found) {
            throw noSuchProject();
        }
        log.info("Changed project {}: {}", id, asked);
        answer(response, id);
    }

    private void answer(HttpServletResponse response, UUID id) throws IOException {
        var project = database.ask(() -> accounts.project(id)).orElseThrow(ProjectController::noSuchProject);
        Answer.json(response, 200, to -> {
            to.writeStartObject();
            to.writeStringProperty("id", project.id().toString());
            to.writeStringProperty("object", "project");
            to.writeStringProperty("name", project.name());
            to.writeName(BUDGET);
            project.budget().ifPresentOrElse(standing -> Amounts.write(to, standing), to::writeNull);
            LimitMembers.write(to, project.limits());
            to.writeEndObject();
        });
    }

    private static Set<String> with(String name, Set<String> others) {
        return Stream.concat(Stream.of(name), others.stream()).collect(Collectors.toUnmodifiableSet());
    }

    private static UUID projectId(String text) {
        try {
            var id = UUID.fromString(text);
            if (id.toString().equals(text)) {
                return id;
            }
        } catch (IllegalArgumentException noUuid) {
            // Answered below, as any other name that no project has.
        }
        throw noSuchProject();
    }

    private static Problem noSuchProject() {
        return Problem.refused(404, "id", "not_found", "There is no such project.");
    }
}
