package dev.millrace.api.openapi;

import dev.millrace.api.http.Answer;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/// `GET /v1/openapi.json`, for anybody: it says nothing that is not public. The document is written by hand, in YAML.
@Controller
class OpenApiController {

    private static final String DOCUMENT = "openapi.yaml";

    private final byte[] document = read();

    private static byte[] read() {
        try (var in = new ClassPathResource(DOCUMENT).getInputStream()) {
            Object tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            return JsonMapper.shared().writeValueAsBytes(tree);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @GetMapping("/v1/openapi.json")
    void document(HttpServletResponse response) throws IOException {
        Answer.bytes(response, 200, document);
    }
}
