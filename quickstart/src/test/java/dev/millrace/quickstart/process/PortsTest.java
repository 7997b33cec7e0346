package dev.millrace.quickstart.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class PortsTest {

    @Test
    void no_port_is_handed_out_twice() {
        var ports = IntStream.range(0, 200).map(n -> Ports.free()).boxed().toList();
        assertThat(ports).doesNotHaveDuplicates();
    }

    @Test
    void a_port_is_free_until_somebody_listens() throws Exception {
        int port = Ports.free();
        assertThat(Ports.isFree(port)).isTrue();
        try (var onLoopback = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Ports.isFree(onLoopback.getLocalPort())).isFalse();
        }
        try (var onAll = new ServerSocket(port)) {
            assertThat(Ports.isFree(onAll.getLocalPort())).isFalse();
        }
    }
}
