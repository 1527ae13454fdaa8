/// The public key of a host.
public struct HostKey: Hashable, Sendable {
    /// For instance `ssh-ed25519`.
    public let type: String
    /// As on the wire (RFC 4253 §6.6).
    public let blob: [UInt8]

    /// nil where the blob does not begin with its type's name.
    public init?(blob: [UInt8]) {
        var reader = WireReader(blob)
        guard let name = reader.string(), !name.isEmpty else { return nil }
        type = String(decoding: name, as: UTF8.self)
        self.blob = blob
    }

    /// As OpenSSH prints it: `SHA256:` and the digest in Base64 without padding.
    public var fingerprint: String {
        "SHA256:" + Base64.encode(Digest.sha256(blob), padded: false)
    }

    /// The key types that libssh2 1.10 can verify, the preferred first. Its `ssh-rsa` is the one with SHA-1, which
    /// servers of today refuse.
    static let supportedTypes = [
        "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
    ]
}
