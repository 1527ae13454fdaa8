import Testing

@testable import LoadBalancing

@Suite("HTTP responses")
struct HTTPResponseTests {
    private static let success = HTTPResponse.Expectation(statusCodes: [200...299, 301...301])
    /// As `printf hello | md5sum` says.
    private static let hello = Array("5d41402abc4b2a76b9719d911017c592".utf8)
    private static let empty = Array("d41d8cd98f00b204e9800998ecf8427e".utf8)

    /// Judges a whole answer that comes in pieces of so many bytes.
    private func judge(
        _ answer: some Collection<UInt8>,
        _ wanted: HTTPResponse.Expectation = success,
        pieces: Int = 1
    ) -> HTTPResponse.Failure? {
        var response = HTTPResponse(wanted: wanted)
        var rest = Array(answer)[...]
        while !rest.isEmpty {
            if let failure = response.receive(rest.prefix(pieces)) { return failure }
            rest = rest.dropFirst(pieces)
        }
        return response.end()
    }

    @Test(
        "status and form decide",
        arguments: [
            ("HTTP/1.1 200 OK\r\n\r\n", nil),
            ("HTTP/1.0 204\n\n", nil),
            ("HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\ncontent", nil),
            ("HTTP/1.1 200 OK\r\nX: \r\n\r\nHTTP/1.1 500 no status line\r\n", nil),
            ("HTTP/1.1 302 Found\r\n\r\n", .status(302)),
            ("HTTP/1.1 503 Service Unavailable\r\n", .status(503)),
            ("HTTP/1.1 200 OK\r\nX: headers that never end\r\n", .malformed),
            ("HTTP/1.1 200 OK", .malformed),
            ("HTTP/1.1 2000 OK\r\n\r\n", .malformed),
            ("HTTP/1.1 2x0 OK\r\n\r\n", .malformed),
            ("HTTP/2 200 OK\r\n\r\n", .malformed),
            ("SSH-2.0-OpenSSH_9.2p1\r\n", .malformed),
            ("", .malformed),
        ] as [(String, HTTPResponse.Failure?)]
    )
    func status(answer: String, failure: HTTPResponse.Failure?) {
        for pieces in [1, 7, 1000] { #expect(judge(answer.utf8, pieces: pieces) == failure) }
    }

    @Test("a digest is that of the content alone")
    func content() {
        let wanted = HTTPResponse.Expectation(statusCodes: [100...599], digest: Self.hello)
        for head in ["HTTP/1.1 200 OK\r\nX: y\r\n\r\n", "HTTP/1.0 404 Not found\n\n"] {
            #expect(judge((head + "hello").utf8, wanted) == nil)
            #expect(judge(head.utf8, wanted) == .digest(Self.empty))
        }
    }

    /// RFC 1321 §A.5, and lengths around the end of a block as `md5sum` has them.
    @Test(
        "MD5",
        arguments: [
            ("abc", 1, "900150983cd24fb0d6963f7d28e17f72"),
            ("1234567890", 8, "57edf4a22be3c955ac49da2e2107b67a"),
            ("a", 55, "ef1772b6dff9a122358552954ad0df65"),
            ("a", 56, "3b0c8ac703f828b04c6c197006d17218"),
            ("a", 64, "014842d480b571495a4a0363793f7367"),
        ]
    )
    func digest(text: String, repeats: Int, digest: String) {
        var md5 = MD5()
        for byte in String(repeating: text, count: repeats).utf8 { md5.append(byte) }
        #expect(String(decoding: md5.finish(), as: UTF8.self) == digest)
    }
}
