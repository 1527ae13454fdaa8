internal import Yams

/// Decrypts what `ansible-vault` encrypted, from the line `$ANSIBLE_VAULT;…` on.
public typealias VaultOpener = @Sendable (_ text: String) throws -> String

/// What is wrong with a source, found while reading it.
struct SourceFailure: Error {
    var problem: InventoryError.Problem

    init(_ message: String, at location: SourceLocation? = nil) {
        problem = .init(message, at: location)
    }
}

/// Opens texts that were encrypted.
enum VaultedText {
    /// - Throws: `SourceFailure` with the place: there is no password, or none fits.
    static func open(
        _ text: String,
        with vault: VaultOpener?,
        at place: SourceLocation
    ) throws(SourceFailure) -> String {
        guard let vault else {
            throw SourceFailure("is encrypted, and no vault password was given", at: place)
        }
        do {
            return try vault(text)
        } catch {
            throw SourceFailure("\(error)", at: place)
        }
    }
}

/// Reads YAML 1.1 into trees.
struct YAMLReader {
    /// Aliases can make a small text into a huge tree.
    private static let mostNodes = 4_000_000
    private static let deepestNesting = 256

    let file: String
    let vault: VaultOpener?
    /// Whether all of the text was encrypted.
    let isVaulted: Bool
    private var count = 0

    private init(file: String, vault: VaultOpener?, isVaulted: Bool) {
        self.file = file
        self.vault = vault
        self.isVaulted = isVaulted
    }

    /// - Returns: nil where the text has no content.
    /// - Throws: `SourceFailure` with the place.
    static func read(
        _ text: String,
        file: String,
        vault: VaultOpener? = nil,
        isVaulted: Bool = false
    ) throws(SourceFailure) -> YAMLTree? {
        var reader = YAMLReader(file: file, vault: vault, isVaulted: isVaulted)
        // Nesting is bounded before anything recurses over it.
        try reader.checkNesting(text)
        let root: Yams.Node?
        do {
            // The default encoding asks the whole environment, for each text.
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch {
            throw reader.failure(error)
        }
        guard let root else { return nil }
        return try reader.tree(root, depth: 0)
    }

    /// Brackets and indentation cannot nest deeper than this many of their characters in a row say.
    private func checkNesting(_ text: String) throws(SourceFailure) {
        var (depth, deepest, line) = (0, 0, 1)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "\n"): line += 1
            default: break
            }
            deepest = max(deepest, depth)
            if deepest > 4 * Self.deepestNesting {
                throw SourceFailure("is nested too deeply", at: SourceLocation(file: file, line: line))
            }
        }
    }

    private func failure(_ error: any Error) -> SourceFailure {
        func at(_ mark: Mark) -> SourceLocation {
            SourceLocation(file: file, line: max(1, mark.line), column: mark.column)
        }
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _),
            YamlError.composer(let context, let problem, let mark, _):
            let about = context.map { "\($0.text) in line \($0.mark.line): " } ?? ""
            return SourceFailure("is not YAML: \(about)\(problem)", at: at(mark))
        case YamlError.duplicatedKeysInMapping(let names, let context):
            let shown = names.map { "'\($0)'" }.joined(separator: ", ")
            return SourceFailure("the key \(shown) is there twice", at: at(context.mark))
        case YamlError.reader(let problem, _, _, _):
            return SourceFailure("is not YAML: \(problem)", at: SourceLocation(file: file, line: 1))
        default:
            return SourceFailure("is not YAML: \(error)", at: SourceLocation(file: file, line: 1))
        }
    }

    private func location(_ node: Yams.Node) -> SourceLocation {
        SourceLocation(file: file, line: max(1, node.mark?.line ?? 1), column: node.mark?.column)
    }

    private mutating func tree(_ node: Yams.Node, depth: Int) throws(SourceFailure) -> YAMLTree {
        let place = location(node)
        count += 1
        guard count <= Self.mostNodes, depth <= Self.deepestNesting else {
            throw SourceFailure("is too large or nested too deeply, perhaps by its aliases", at: place)
        }
        switch node {
        case .scalar(let scalar):
            return try self.scalar(scalar, at: place)
        case .sequence(let sequence):
            var list: [YAMLTree] = []
            for element in sequence { list.append(try tree(element, depth: depth + 1)) }
            return YAMLTree(
                content: .list(list),
                location: place,
                isVaulted: list.contains(where: \.isVaulted)
            )
        case .mapping(let mapping):
            let entries = try entries(mapping, depth: depth)
            return YAMLTree(
                content: .dictionary(entries),
                location: place,
                isVaulted: entries.contains(where: \.tree.isVaulted)
            )
        case .alias:
            throw SourceFailure("has an alias without its anchor", at: place)
        }
    }

    private func scalar(
        _ scalar: Yams.Node.Scalar,
        at place: SourceLocation
    ) throws(SourceFailure) -> YAMLTree {
        let text = scalar.string
        let tag = scalar.tag.rawValue
        let isPlain = scalar.style == .plain || scalar.style == .any
        switch tag {
        case "!vault", "!vault-encrypted":
            let opened = try VaultedText.open(text, with: vault, at: place)
            return YAMLTree(content: .scalar(.string(opened), text: opened), location: place, isVaulted: true)
        case Tag.Name.implicit.rawValue where isPlain:
            let value = YAMLScalar.value(plain: text)
            return YAMLTree(content: .scalar(value, text: text), location: place, isVaulted: isVaulted)
        case Tag.Name.int.rawValue, Tag.Name.float.rawValue, Tag.Name.bool.rawValue, Tag.Name.null.rawValue:
            let value = YAMLScalar.value(plain: text)
            return YAMLTree(content: .scalar(value, text: text), location: place, isVaulted: isVaulted)
        case Tag.Name.implicit.rawValue, Tag.Name.nonSpecific.rawValue, Tag.Name.str.rawValue, "!unsafe":
            return YAMLTree(
                content: .scalar(.string(text), text: text),
                location: place,
                isVaulted: isVaulted
            )
        default:
            throw SourceFailure("the tag \(tag) is not supported; there are !vault and !unsafe", at: place)
        }
    }

    /// Keys of the mapping itself win over those that `<<` merges in, and earlier ones of these over later.
    private mutating func entries(
        _ mapping: Yams.Node.Mapping,
        depth: Int
    ) throws(SourceFailure) -> [YAMLTree.Entry] {
        var entries: [YAMLTree.Entry] = []
        var merged: [YAMLTree.Entry] = []
        var keys: Set<String> = []
        for (key, node) in mapping {
            let place = location(key)
            guard case .scalar(let scalar) = key else {
                throw SourceFailure("a key is a word, found a collection", at: place)
            }
            let isPlain = scalar.style == .plain || scalar.style == .any
            if scalar.string == "<<", isPlain {
                let trees = try tree(node, depth: depth + 1)
                var sources = [trees]
                if case .list(let list) = trees.content { sources = list }
                for source in sources {
                    guard let found = source.entries else {
                        throw SourceFailure("<< merges dictionaries, found \(source.kind)", at: place)
                    }
                    merged += found
                }
            } else {
                keys.insert(scalar.string)
                let value = try tree(node, depth: depth + 1)
                entries.append(YAMLTree.Entry(key: scalar.string, location: place, tree: value))
            }
        }
        return merged.filter { keys.insert($0.key).inserted } + entries
    }
}
