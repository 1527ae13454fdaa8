import Foundation

/// One question and its answer over a connection of its own, without patience.
///
/// A lost packet of the handshake would be sent again only after 1 s; a new connection is the better way to see when
/// somebody is back.
enum TCPClient {
    /// - Parameters:
    ///   - question: sent first.
    ///   - isComplete: whether what came is enough; the end of the stream always is.
    ///   - patience: for all of it.
    /// - Returns: nil where nobody answered, or not to the end.
    static func ask(
        _ address: String,
        port: UInt16,
        _ question: String = "",
        patience: Duration,
        until isComplete: ([UInt8]) -> Bool = { _ in false }
    ) -> String? {
        let deadline = ContinuousClock.now + patience
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        guard inet_pton(AF_INET, address, &name.sin_addr) == 1 else { return nil }
        let status = withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 || errno == EINPROGRESS, wait(descriptor, for: POLLOUT, until: deadline) else {
            return nil
        }
        let bytes = Array(question.utf8)
        guard
            bytes.isEmpty || send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        else { return nil }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while wait(descriptor, for: POLLIN, until: deadline) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 { return nil }
            answer += buffer[..<count]
            if count == 0 || isComplete(answer) { return String(decoding: answer, as: UTF8.self) }
        }
        return nil
    }

    private static func wait(
        _ descriptor: Int32,
        for event: Int32,
        until deadline: ContinuousClock.Instant
    ) -> Bool {
        let left = ContinuousClock.now.duration(to: deadline) / Duration.milliseconds(1)
        var look = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        return left > 0 && poll(&look, 1, Int32(left.rounded(.up))) == 1
    }
}

extension TCPClient {
    /// What the lab's pages say between "Hello world from " and "!": "server 2".
    ///
    /// - Returns: nil where nothing came, or something else than the page.
    static func server(at address: String, patience: Duration = .milliseconds(400)) -> String? {
        let request = "GET / HTTP/1.0\r\nHost: \(address)\r\nConnection: close\r\n\r\n"
        guard let page = ask(address, port: 80, request, patience: patience), page.hasPrefix("HTTP/1."),
            page.dropFirst("HTTP/1.1 ".count).hasPrefix("200 "),
            let greeting = page.range(of: "Hello world from "),
            let end = page[greeting.upperBound...].firstIndex(of: "!")
        else { return nil }
        return String(page[greeting.upperBound..<end])
    }

    /// Whether an sshd introduces itself.
    static func hasSSH(at address: String, patience: Duration = .milliseconds(500)) -> Bool {
        ask(address, port: 22, patience: patience) { $0.contains(UInt8(ascii: "\n")) }?.hasPrefix("SSH-")
            == true
    }
}
