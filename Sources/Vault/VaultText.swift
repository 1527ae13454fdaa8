public import HostInventory

/// A text in the format of ansible-vault, version 1.1, or 1.2 with the id of its password.
///
/// Source: Ansible's user guide, "Ansible Vault payload format".
public struct VaultText: Sendable, Equatable {
    static let marker = "$ANSIBLE_VAULT"
    private static let cipher = "AES256"
    private static let columns = 80
    private static let saltLength = 32
    private static let digestLength = 32

    /// Which password opens it; nil in version 1.1.
    public let id: String?
    private let salt: [UInt8]
    private let digest: [UInt8]
    private let ciphertext: [UInt8]

    /// Whether a text claims to be vaulted.
    public static func isVaulted(_ text: some StringProtocol) -> Bool { text.hasPrefix(marker) }

    // MARK: Reading

    /// Reads the header line and the lines of hexadecimal digits after it.
    /// - Throws: `VaultError` with the line.
    public init(_ text: String) throws(VaultError) {
        let blanks = " \t\r".utf8
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.filter { !blanks.contains($0) } }
        let header = (lines.first ?? []).split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard header.count >= 3, header[0] == Self.marker else {
            throw VaultError(
                "wanted \(Self.marker);1.1;\(Self.cipher) or the same with 1.2 and an id",
                line: 1
            )
        }
        switch (header[1], header.count) {
        case ("1.1", 3): id = nil
        case ("1.2", 4) where !header[3].isEmpty: id = header[3]
        default:
            throw VaultError(
                "the version \(header[1]) is not supported; there are 1.1 and 1.2 with an id",
                line: 1
            )
        }
        guard header[2] == Self.cipher else {
            throw VaultError("the cipher \(header[2]) is not supported; there is \(Self.cipher)", line: 1)
        }
        var body: [UInt8] = []
        for (index, line) in lines.dropFirst().enumerated() {
            guard let bytes = Hex.decode(line) else {
                throw VaultError("wanted hexadecimal digits", line: index + 2)
            }
            body += bytes
        }
        let parts = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
            Hex.decode($0)
        }
        guard parts.count == 3, let salt = parts[0], let digest = parts[1], let ciphertext = parts[2],
            !salt.isEmpty, digest.count == Self.digestLength, !ciphertext.isEmpty
        else { throw VaultError("it is cut, or something is missing in its middle", line: lines.count) }
        (self.salt, self.digest, self.ciphertext) = (salt, digest, ciphertext)
    }

    /// - Throws: `VaultError` where the password does not fit.
    public func open(_ password: Secret) throws(VaultError) -> [UInt8] {
        let keys = VaultKeys(password: password, salt: salt)
        guard keys.verify(digest, of: ciphertext) else {
            throw VaultError("the password does not fit, or the text was changed")
        }
        guard let plain = VaultPadding.removed(from: keys.crypt(ciphertext)) else {
            throw VaultError("its padding is wrong")
        }
        return plain
    }

    // MARK: Writing

    /// Encrypts with a new salt.
    public init(sealing plain: [UInt8], password: Secret, id: String? = nil) {
        self.init(sealing: plain, password: password, id: id, salt: VaultKeys.randomBytes(Self.saltLength))
    }

    init(sealing plain: [UInt8], password: Secret, id: String?, salt: [UInt8]) {
        let keys = VaultKeys(password: password, salt: salt)
        self.id = id
        self.salt = salt
        ciphertext = keys.crypt(VaultPadding.added(to: plain))
        digest = keys.digest(of: ciphertext)
    }

    /// As it stands in a file, with a newline at the end.
    public var text: String {
        let header =
            id.map { "\(Self.marker);1.2;\(Self.cipher);\($0)" } ?? "\(Self.marker);1.1;\(Self.cipher)"
        let body = [salt, digest, ciphertext].map(Hex.encode).joined(separator: [UInt8(ascii: "\n")])
        let digits = Hex.encode(Array(body))
        let lines = stride(from: 0, to: digits.count, by: Self.columns).map { start in
            String(decoding: digits[start..<min(digits.count, start + Self.columns)], as: UTF8.self)
        }
        return ([header] + lines).joined(separator: "\n") + "\n"
    }
}

/// To whole blocks of AES (RFC 5652 §6.3), though CTR needs none: Ansible does it.
private enum VaultPadding {
    private static let block = 16

    static func added(to plain: [UInt8]) -> [UInt8] {
        let count = block - plain.count % block
        return plain + [UInt8](repeating: UInt8(count), count: count)
    }

    static func removed(from padded: [UInt8]) -> [UInt8]? {
        guard let last = padded.last, (1...block).contains(Int(last)), padded.count >= Int(last),
            padded.suffix(Int(last)).allSatisfy({ $0 == last })
        else { return nil }
        return Array(padded.dropLast(Int(last)))
    }
}
