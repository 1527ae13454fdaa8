/// The name of an image as people write it: "haproxy", "registry:5000/team/app:1.2", "debian@sha256:…".
struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    /// As Docker shows it: with a tag, without "docker.io" and "library".
    let description: String

    init(_ text: String) {
        var text = text
        for prefix in ["docker.io/library/", "docker.io/", "index.docker.io/library/", "library/"]
        where text.hasPrefix(prefix) {
            text = String(text.dropFirst(prefix.count))
            break
        }
        // A digest says more than a tag, and Docker keeps no tag beside it.
        if let at = text.firstIndex(of: "@"), let colon = text[..<at].lastIndex(of: ":"),
            !text[colon..<at].contains("/")
        {
            text.removeSubrange(colon..<at)
        }
        let lastPart = text.split(separator: "/").last ?? ""
        description =
            lastPart.contains(":") || lastPart.contains("@") || text.isEmpty ? text : text + ":latest"
    }

    /// Whether it names `image` on a host.
    func names(_ image: DockerImageState) -> Bool {
        image.tags.contains(description) || image.digests.contains(description) || image.id == description
    }

    /// - Throws: an error for people where it cannot be the name of an image.
    func validate() throws {
        let isPlain = description.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard isPlain, !description.isEmpty, !description.hasPrefix("-"), !description.hasPrefix(":") else {
            throw LocalFileError(description: "«\(description)» is not the name of an image")
        }
    }
}
