/// One parsed known_hosts file. Pure.
struct KnownHostsFile: Sendable {
    struct Entry: Sendable {
        enum Marker: Sendable {
            case revoked
            /// The key signs host certificates, which libssh2 does not speak.
            case certAuthority
        }

        let marker: Marker?
        let hosts: HostPattern
        let key: HostKey
        /// `file:line`
        let location: String
    }

    private(set) var entries: [Entry] = []
    /// Lines that mean nothing; they are skipped, as OpenSSH does.
    private(set) var problems: [KnownHosts.Problem] = []

    init(_ text: String, path: String) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let location = "\(path):\(index + 1)"
            do throws(LineError) {
                if let entry = try Self.parse(line, location: location) { entries.append(entry) }
            } catch {
                let column = line.distance(from: line.startIndex, to: error.field.startIndex) + 1
                problems.append(KnownHosts.Problem(location: "\(location):\(column)", text: error.text))
            }
        }
    }

    private struct LineError: Error {
        let text: String
        let field: Substring
    }

    private static func parse(_ line: Substring, location: String) throws(LineError) -> Entry? {
        var fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" })
        guard let first = fields.first, !first.hasPrefix("#") else { return nil }
        var marker: Entry.Marker?
        if first.hasPrefix("@") {
            switch first {
            case "@revoked": marker = .revoked
            case "@cert-authority": marker = .certAuthority
            default: throw LineError(text: "unknown marker; wanted @revoked or @cert-authority", field: first)
            }
            fields.removeFirst()
        }
        guard fields.count >= 3 else {
            throw LineError(text: "wanted a host, a key type and a key", field: fields.first ?? first)
        }
        guard let hosts = HostPattern(fields[0]) else {
            throw LineError(text: "malformed host field", field: fields[0])
        }
        guard let blob = Base64.decode(fields[2]), let key = HostKey(blob: blob), key.type == fields[1] else {
            throw LineError(
                text: "the key is not Base64, or is of another type than the line says",
                field: fields[2]
            )
        }
        return Entry(marker: marker, hosts: hosts, key: key, location: location)
    }
}
