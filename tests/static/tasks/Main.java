// SPDX-License-Identifier: BSD-3-Clause
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;

public class Main {
    public static void main(String[] arguments) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> {
                try (Socket client = server.accept()) {
                    client.getOutputStream().write("hello\n".getBytes());
                } catch (java.io.IOException error) {
                    System.exit(1);
                }
            });
            answering.start();
            try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
                 InputStream input = socket.getInputStream()) {
                Files.write(Path.of("answer.txt"), input.readAllBytes());
            }
            answering.join();
        }
        System.gc();
        System.out.print(Files.readString(Path.of("answer.txt")));
    }
}
