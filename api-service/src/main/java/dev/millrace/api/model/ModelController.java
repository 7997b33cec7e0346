package dev.millrace.api.model;

import dev.millrace.api.http.Answer;
import dev.millrace.api.problem.Problem;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.LocalDate;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import tools.jackson.core.JsonGenerator;

/// `GET /v1/models` and `GET /v1/models/{id}`, whose id may hold slashes, as `vendor/name` does: clients send them
/// encoded or as they are.
@Controller
class ModelController {

    private final ModelCatalogue catalogue;

    ModelController(ModelCatalogue catalogue) {
        this.catalogue = catalogue;
    }

    @GetMapping("/v1/models")
    void list(HttpServletResponse response) throws IOException {
        var models = catalogue.all();
        Answer.json(response, 200, to -> {
            to.writeStartObject();
            to.writeStringProperty("object", "list");
            to.writeName("data");
            to.writeStartArray();
            models.forEach(model -> write(to, model));
            to.writeEndArray();
            to.writeEndObject();
        });
    }

    @GetMapping("/v1/models/{*id}")
    void one(@PathVariable("id") String rest, HttpServletResponse response) throws IOException {
        var id = rest.substring(1);
        var model = catalogue
                .find(id)
                .orElseThrow(() ->
                        Problem.refused(404, "model", "model_not_found", "The model '" + id + "' does not exist."));
        Answer.json(response, 200, to -> write(to, model));
    }

    private static void write(JsonGenerator to, Model model) {
        to.writeStartObject();
        to.writeStringProperty("id", model.id());
        to.writeStringProperty("object", "model");
        to.writeNumberProperty("created", model.created());
        to.writeStringProperty("owned_by", model.ownedBy());
        Answer.text(to, "shutdown_date", model.shutdown().map(LocalDate::toString));
        to.writeEndObject();
    }
}
