package dev.millrace.api.job;

import dev.millrace.api.problem.DatabaseCalls;
import dev.millrace.api.problem.Problem;
import dev.millrace.api.security.Caller;
import dev.millrace.asset.AssetStore;
import dev.millrace.asset.Assets;
import dev.millrace.asset.Assets.Asset;
import dev.millrace.job.JobId;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;

/// `GET` and `HEAD /v1/jobs/{id}/content`: the file that a job made, whole or a range of it, passed on as it is read.
/// Its entity tag is its SHA-256, so an `If-Range` holds exactly as long as the bytes are the same.
@Controller
class ContentController {

    private static final Logger log = LoggerFactory.getLogger(ContentController.class);

    private final OwnJobs own;
    private final Outputs outputs;
    private final Assets assets;
    private final AssetStore store;
    private final DatabaseCalls database;

    ContentController(OwnJobs own, Outputs outputs, Assets assets, AssetStore store, DatabaseCalls database) {
        this.own = own;
        this.outputs = outputs;
        this.assets = assets;
        this.store = store;
        this.database = database;
    }

    @RequestMapping(
            path = "/v1/jobs/{id}/content",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    void content(@PathVariable("id") String text, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var project = Caller.of(request).project();
        var id = own.id(text);
        var asset = asset(project, id);
        try (var file = store.open(asset.path())) {
            send(asset, file, request, response);
        } catch (NoSuchFileException gone) {
            log.error("The file of {} is not in the asset store: {}", id, asset.path());
            throw Problem.server(500, "content_missing", "The file of this job is not there any more.", false);
        }
    }

    private Asset asset(UUID project, JobId id) {
        var found = database.ask(() -> assets.find(project, id));
        if (found.isPresent()) {
            return found.get();
        }
        outputs.require(own.get(project, id));
        throw Problem.refused(404, null, "no_content", "This job has no file; its answer is its result.");
    }

    private static void send(Asset asset, FileChannel file, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        var tag = "\"" + asset.sha256() + "\"";
        response.setHeader("etag", tag);
        response.setHeader("accept-ranges", "bytes");
        response.setHeader("cache-control", "private, no-cache");
        response.setHeader("x-content-type-options", "nosniff");
        if (matches(request.getHeader("If-None-Match"), tag)) {
            response.setStatus(304);
            return;
        }
        var ifRange = request.getHeader("If-Range");
        var range = ifRange == null || ifRange.strip().equals(tag) ? request.getHeader("Range") : null;
        switch (ByteRange.of(range, asset.bytes())) {
            case ByteRange.Asked.Whole whole ->
                send(asset, file, new ByteRange(0, asset.bytes() - 1), 200, request, response);
            case ByteRange.Asked.Part part -> {
                response.setHeader("content-range", part.range().contentRange(asset.bytes()));
                send(asset, file, part.range(), 206, request, response);
            }
            case ByteRange.Asked.Unsatisfiable outside ->
                throw Problem.refused(
                                416, "Range", "range_not_satisfiable", "The file has " + asset.bytes() + " bytes.")
                        .with("content-range", "bytes */" + asset.bytes());
        }
    }

    private static boolean matches(@org.jspecify.annotations.Nullable String ifNoneMatch, String tag) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(String::strip)
                        .anyMatch(one -> one.equals("*") || one.equals(tag) || one.equals("W/" + tag));
    }

    private static void send(
            Asset asset,
            FileChannel file,
            ByteRange range,
            int status,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        response.setStatus(status);
        response.setContentType(asset.contentType());
        response.setContentLengthLong(range.length());
        if (request.getMethod().equals("HEAD")) {
            return;
        }
        var out = Channels.newChannel(response.getOutputStream());
        long sent = 0;
        while (sent < range.length()) {
            long now = file.transferTo(range.first() + sent, range.length() - sent, out);
            if (now <= 0) {
                throw new IOException("The stored file is shorter than it was");
            }
            sent += now;
        }
    }
}
