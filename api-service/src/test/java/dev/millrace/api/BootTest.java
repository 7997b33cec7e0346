package dev.millrace.api;

import dev.millrace.api.fixture.RunningApi;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BootTest {
    @Test
    void boots(@TempDir Path assets) {
        try (var api = RunningApi.start(assets)) {
            var caller = api.newCaller();
            var id = caller.submitChat();
            System.out.println(caller.job(id).text());
            System.out.println(caller.get("/v1/jobs").text());
            System.out.println(caller.get("/v1/jobs/" + id + "/result").text());
            System.out.println(caller.get("/v1/jobs/" + id + "/attempts").text());
            System.out.println(caller.get("/v1/jobs/" + id + "/timeline").text());
            var claimed = api.worker().claim(id);
            api.worker().succeed(claimed, "{\"ok\":true}", "{\"total_tokens\":3}");
            System.out.println(caller.job(id).text());
            System.out.println(caller.get("/v1/jobs/" + id + "/result").text());
            System.out.println(caller.post("/v1/jobs/" + id + "/cancel").text());
            System.out.println(caller.get("/v1/jobs/" + id + "/content").text());
            System.out.println(caller.get("/livez").text() + caller.get("/readyz"));
            System.out.println(caller.get("/readyz").text());
            System.out.println(caller.get("/nothing").text());
            System.out.println(caller.get("/operator/holds").text());
            System.out.println(caller.get("/actuator/prometheus").text());
            System.out.println(api.operator().get("/operator/holds").text());
            System.out.println(api.operator().get("/nothing").text());
            System.out.println(api.operator().get("/actuator/prometheus").status());
            System.out.println(api.operator().call("DELETE", "/operator/holds").text());
        }
    }
}
