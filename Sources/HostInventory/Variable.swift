/// A named value and the place that gave it.
public struct Variable: Sendable {
    public let name: String
    public let value: Value
    /// The value as it was written, without its quotes: `007` stays `007`, whatever number it is.
    public let text: String
    public let location: SourceLocation
    /// Whether the value, or a part of it, was encrypted with a vault.
    public let isVaulted: Bool
    private let vaultedTexts: [Secret]

    /// - Parameter vaultedTexts: the texts and numbers in the value that were encrypted.
    public init(
        name: String,
        value: Value,
        text: String,
        location: SourceLocation,
        isVaulted: Bool = false,
        vaultedTexts: [Secret] = []
    ) {
        self.name = name
        self.value = value
        self.text = text
        self.location = location
        self.isVaulted = isVaulted
        self.vaultedTexts = vaultedTexts
    }

    /// Whether nobody should read the value: it comes from a vault, or its name ends in `password`, `pass`,
    /// `passphrase`, `secret` or `token`.
    public var isSensitive: Bool { isVaulted || Self.isSensitive(name) }

    /// The texts and numbers in the value that nobody should read.
    public var secrets: [Secret] {
        guard Self.isSensitive(name) else { return vaultedTexts + value.namedSecrets }
        return vaultedTexts + value.texts.map { Secret($0) } + [Secret(text)]
    }

    static func isSensitive(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["password", "pass", "passphrase", "secret", "token"].contains { name.hasSuffix($0) }
    }

    /// The text for messages: quoted, shortened, and hidden where the name is that of a secret.
    var shown: String {
        if isSensitive { return Secret.placeholder }
        switch value {
        case .list, .dictionary: return value.description
        default: return text.utf8.count > 80 ? "'\(text.prefix(77))…'" : "'\(text)'"
        }
    }
}

extension Variable: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "\(name)=\(shown)" }
    public var debugDescription: String { "\(location): \(description)" }
    /// Reflection (`dump`, failed expectations in tests) must not show a secret either.
    public var customMirror: Mirror {
        Mirror(self, children: ["name": name, "value": shown, "location": location])
    }
}
