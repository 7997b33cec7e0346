package dev.millrace.simulator.control;

import dev.millrace.simulator.desk.JsonText;
import dev.millrace.simulator.desk.World;
import dev.millrace.simulator.http.Connection;
import dev.millrace.simulator.http.RequestHead;
import dev.millrace.simulator.http.ResponseHead;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The endpoints under `/sim`. They are not in the ledger, and no behaviour touches them.
public final class Control {

    static final JsonMapper MAPPER = new JsonMapper();
    private static final String PREFIX = "/sim/";

    private final World world;
    private final Witness witness;
    private final Stage stage;

    public Control(World world) {
        this.world = world;
        this.witness = new Witness(world);
        this.stage = new Stage(world);
    }

    public static boolean isFor(RequestHead head) {
        return head.target().startsWith(PREFIX);
    }

    public boolean handle(Connection connection, RequestHead head) throws IOException {
        byte[] body = connection.readBody(head);
        int status = 200;
        String answer;
        try {
            answer = answer(new ControlRequest(head, body)).toString();
        } catch (ControlException e) {
            status = e.status();
            answer = "{\"error\":{\"message\":" + JsonText.quoted(e.getMessage()) + "}}";
        }
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        connection.write(new ResponseHead(status)
                .add("content-type", "application/json")
                .add("content-length", Integer.toString(bytes.length))
                .with(bytes));
        return true;
    }

    private JsonNode answer(ControlRequest request) throws ControlException {
        String path = request.path().substring(PREFIX.length());
        String what = request.method() + " " + path;
        if (path.startsWith("holds/")) {
            return stage.hold(request, path.substring("holds/".length()));
        }
        return switch (what) {
            case "GET health" -> MAPPER.createObjectNode().put("status", "up");
            case "GET ledger" -> witness.ledger(request);
            case "GET renders" -> witness.renders(request);
            case "GET counts" -> witness.counts(request);
            case "GET raw" -> witness.raw(request);
            case "GET record" -> witness.record();
            case "PUT record" -> witness.record(request);
            case "GET behaviours" -> stage.behaviours();
            case "PUT behaviours" -> stage.putBehaviour(request);
            case "DELETE behaviours" -> stage.deleteBehaviours(request);
            case "GET holds" -> stage.holds();
            case "POST holds" -> stage.addHold(request);
            case "DELETE holds" -> stage.deleteHolds();
            case "GET providers" -> stage.providers();
            case "POST reset" -> {
                world.reset();
                yield MAPPER.createObjectNode().put("status", "reset");
            }
            default -> {
                if (path.startsWith("providers/") && request.method().equals("PUT")) {
                    yield stage.putProvider(request, path.substring("providers/".length()));
                }
                throw new ControlException(404, "the simulator has no " + request.method() + " " + request.path());
            }
        };
    }
}
