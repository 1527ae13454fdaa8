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
                problems.append(KnownHosts.Problem(location: location, text: error.rawValue))
            }
        }
    }

    private enum LineError: String, Error {
        case fields = "wanted a host, a key type and a key"
        case marker = "unknown marker; wanted @revoked or @cert-authority"
        case hosts = "malformed host field"
        case key = "the key is not Base64, or is of another type than the line says"
    }

    private static func parse(_ line: Substring, location: String) throws(LineError) -> Entry? {
        var fields = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\r\n" })
        guard let first = fields.first, !first.hasPrefix("#") else { return nil }
        var marker: Entry.Marker?
        if first.hasPrefix("@") {
            switch first {
            case "@revoked": marker = .revoked
            case "@cert-authority": marker = .certAuthority
            default: throw .marker
            }
            fields.removeFirst()
        }
        guard fields.count >= 3 else { throw .fields }
        guard let hosts = HostPattern(fields[0]) else { throw .hosts }
        guard let blob = Base64.decode(fields[2]), let key = HostKey(blob: blob), key.type == fields[1] else {
            throw .key
        }
        return Entry(marker: marker, hosts: hosts, key: key, location: location)
    }
}
