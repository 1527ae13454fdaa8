/// An answer as curl, wget or a bare connection shows it.
struct HTTPAnswer: Equatable {
    let status: Int
    let body: String

    /// - Returns: `nil` where there is no status line.
    init?(_ output: ShellOutput) {
        var headers = output.errorText
        var body = output.text
        // wget tells the headers on standard error; the others before the body.
        if body.hasPrefix("HTTP/"), let end = body.firstRange(of: "\r\n\r\n") {
            headers = String(body[..<end.lowerBound])
            body = String(body[end.upperBound...])
        }
        let line = headers.split(whereSeparator: \.isNewline).map(\.trimmed).last { $0.hasPrefix("HTTP/") }
        let words = line?.split(separator: " ") ?? []
        guard words.count > 1, let status = Int(words[1]) else { return nil }
        self.status = status
        self.body = body
    }

    static func script(for url: String) -> String {
        let quoted = shellQuoted(url)
        return """
            if command -v curl >/dev/null; then exec curl -isS --max-time 8 -- \(quoted); fi
            if command -v wget >/dev/null; then exec wget -q -S -T 8 -O - -- \(quoted); fi
            \(bareScript(for: url))
            """
    }

    private static func bareScript(for url: String) -> String {
        guard let rest = url.firstMatch(of: /http:\/\/([^\/:]+)(?::(\d+))?(\/.*)?/) else {
            return "echo 'neither curl nor wget is there' >&2; exit 127"
        }
        let words = [rest.1, rest.2 ?? "80", rest.3 ?? "/"].map { shellQuoted(String($0)) }
        return """
            exec timeout 8 bash -c 'exec 3<>"/dev/tcp/$0/$1" || exit
              printf "GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n" "$2" "$0" >&3; cat <&3' \
            \(words.joined(separator: " "))
            """
    }
}
