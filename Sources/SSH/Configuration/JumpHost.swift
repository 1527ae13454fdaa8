/// One host of a `ProxyJump`: `[user@]host[:port]`, or the same as `ssh://` URI.
public struct JumpHost: Hashable, Sendable {
    public var user: String?
    public var host: String
    public var port: UInt16?

    /// nil where the text is none. An IPv6 address stands in brackets.
    init?(_ text: Substring) {
        var rest = text
        if rest.hasPrefix("ssh://") {
            rest = rest.dropFirst("ssh://".count)
            if rest.hasSuffix("/") { rest = rest.dropLast() }
        }
        if let at = rest.lastIndex(of: "@") {
            guard at > rest.startIndex else { return nil }
            user = String(rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        let portText: Substring
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            portText = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = String(rest[..<end])
            portText = rest[end...]
        }
        guard !host.isEmpty, !host.contains("/") else { return nil }
        guard !portText.isEmpty else { return }
        guard portText.hasPrefix(":"), let port = ClientSetting.port(portText.dropFirst()) else { return nil }
        self.port = port
    }

    /// - Returns: nil where one of the hosts is malformed.
    static func list(_ text: String) -> [JumpHost]? {
        var hosts: [JumpHost] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let host = JumpHost(part) else { return nil }
            hosts.append(host)
        }
        return hosts
    }
}
