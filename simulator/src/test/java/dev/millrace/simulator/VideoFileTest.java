package dev.millrace.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.simulator.media.Media;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class VideoFileTest {

    private static final SimulatorFixture SIMULATOR = new SimulatorFixture();

    @AfterAll
    static void stop() {
        SIMULATOR.close();
    }

    private record Box(String type, int start, long size) {}

    @Test
    void the_video_is_an_mp4_with_its_index_before_its_frames() {
        byte[] video = Media.VIDEO.bytes();

        assertThat(boxes(video, 0, video.length))
                .extracting(Box::type)
                .filteredOn(type -> !type.equals("free"))
                .containsExactly("ftyp", "moov", "mdat");
    }

    @Test
    void its_index_tells_of_one_track_that_lasts_two_seconds() {
        byte[] video = Media.VIDEO.bytes();
        Box moov = boxes(video, 0, video.length).stream()
                .filter(box -> box.type().equals("moov"))
                .findFirst()
                .orElseThrow();
        List<Box> inside = boxes(video, moov.start() + 8, moov.start() + (int) moov.size());

        assertThat(inside).extracting(Box::type).contains("mvhd").containsOnlyOnce("trak");
        Box header = inside.getFirst();
        assertThat(header.type()).isEqualTo("mvhd");
        ByteBuffer fields = ByteBuffer.wrap(video, header.start() + 8, (int) header.size() - 8);
        fields.position(fields.position() + 12);
        int timescale = fields.getInt();
        int duration = fields.getInt();
        assertThat(duration / (double) timescale).isEqualTo(2.0);
    }

    @Test
    void it_is_a_few_kilobytes() {
        assertThat(Media.VIDEO.bytes().length).isBetween(2_000, 10_000);
    }

    @Test
    void a_video_of_any_size_is_still_an_mp4() throws Exception {
        String provider = SimulatorFixture.freshProvider();
        String id = SIMULATOR.createVideo(provider, "sim-video~render=0s~content.size=300000", "large");

        byte[] file = SIMULATOR
                .http
                .send(
                        SIMULATOR
                                .request(SIMULATOR.server.openAiUrl(provider) + "/videos/" + id + "/content")
                                .build(),
                        java.net.http.HttpResponse.BodyHandlers.ofByteArray())
                .body();

        assertThat(file).hasSize(300_000);
        assertThat(boxes(file, 0, file.length)).extracting(Box::type).endsWith("free");
    }

    private static List<Box> boxes(byte[] file, int from, int to) {
        List<Box> boxes = new ArrayList<>();
        long at = from;
        while (at < to) {
            ByteBuffer head = ByteBuffer.wrap(file, (int) at, to - (int) at);
            long size = Integer.toUnsignedLong(head.getInt());
            byte[] type = new byte[4];
            head.get(type);
            if (size == 1) {
                size = head.getLong();
            }
            assertThat(size).as("size of the box at %d", at).isBetween(8L, to - at);
            boxes.add(new Box(new String(type, StandardCharsets.US_ASCII), (int) at, size));
            at += size;
        }
        return boxes;
    }
}
