/// A YAML or JSON text as values that know where they stand.
struct YAMLTree {
    enum Content {
        /// The value, and its text as it was written.
        case scalar(Value, text: String)
        case list([YAMLTree])
        /// In the order of the file; no key twice.
        case dictionary([Entry])
    }

    struct Entry {
        var key: String
        var location: SourceLocation
        var tree: YAMLTree
    }

    var content: Content
    var location: SourceLocation
    /// Whether some of it was encrypted with a vault.
    var isVaulted = false

    var isNull: Bool {
        if case .scalar(.null, _) = content { true } else { false }
    }

    /// The entries; none where there is nothing; nil where it is something else.
    var entries: [Entry]? {
        switch content {
        case .dictionary(let entries): entries
        case .scalar(.null, _): []
        default: nil
        }
    }

    /// The text of a word, which may look like a number.
    var word: String? {
        guard case .scalar(let value, let text) = content, value != .null else { return nil }
        return text
    }

    var value: Value {
        switch content {
        case .scalar(let value, _): value
        case .list(let trees): .list(trees.map(\.value))
        case .dictionary(let entries):
            .dictionary(Dictionary(entries.map { ($0.key, $0.tree.value) }, uniquingKeysWith: { $1 }))
        }
    }

    /// The texts and numbers that were encrypted.
    fileprivate var vaultedTexts: [Secret] {
        switch content {
        case .scalar(.null, _), .scalar(.bool, _): []
        case .scalar(_, let text): isVaulted ? [Secret(text)] : []
        case .list(let trees): trees.flatMap(\.vaultedTexts)
        case .dictionary(let entries): entries.flatMap(\.tree.vaultedTexts)
        }
    }

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .scalar(.null, _): "nothing"
        case .scalar(.string, _): "a text"
        case .scalar(.bool, _): "a truth value"
        case .scalar: "a number"
        case .list: "a list"
        case .dictionary: "a dictionary"
        }
    }
}

extension YAMLTree.Entry {
    var variable: Variable {
        let value = tree.value
        let text = if case .scalar(_, let written) = tree.content { written } else { value.plainText }
        return Variable(
            name: key,
            value: value,
            text: text,
            location: location,
            isVaulted: tree.isVaulted,
            vaultedTexts: tree.isVaulted ? tree.vaultedTexts : []
        )
    }
}
