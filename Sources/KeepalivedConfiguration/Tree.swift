/// The contents of a block: words and inner blocks, in order. What is a keyword and what its arguments
/// are, only the block's own keywords tell, since a whole block may stand on one line.
enum Item {
    case word(Token)
    case block([Item], open: Location)
}

/// How a configuration reaches further files.
public struct FileAccess {
    /// The content of a file, or nil where it cannot be read.
    public var read: (String) -> [UInt8]?
    /// The paths that a shell pattern (`*`, `?`, `[…]`; braces are expanded before) matches, sorted.
    public var glob: (String) -> [String]

    public init(read: @escaping (String) -> [UInt8]?, glob: @escaping (String) -> [String]) {
        self.read = read
        self.glob = glob
    }

    /// No further files.
    public static var none: FileAccess { FileAccess(read: { _ in nil }, glob: { _ in [] }) }
}

/// Builds the tree of a file and of those that it includes.
struct TreeParser {
    private static let deepestNesting = 16
    private static let deepestInclude = 8
    private static let mostFiles = 256
    private static let mostBytes = 4 << 20

    private let files: FileAccess
    private var fileCount = 0
    private var byteCount = 0
    var diagnostics = Diagnostics()
    private(set) var commentedInstance: Location?

    init(files: FileAccess) {
        self.files = files
    }

    mutating func parse(_ bytes: [UInt8], file: String) -> [Item] {
        parse(bytes, file: file, includedFrom: [])
    }

    private mutating func parse(_ bytes: [UInt8], file: String, includedFrom parents: [String]) -> [Item] {
        fileCount += 1
        byteCount += bytes.count
        guard fileCount <= Self.mostFiles, byteCount <= Self.mostBytes else {
            diagnostics.error(
                "too much to read: more than \(Self.mostFiles) files or \(Self.mostBytes >> 20) MiB",
                at: Location(file: file, line: 1, column: 1)
            )
            return []
        }
        var lexer = Lexer(bytes, file: file)
        lexer.run(&diagnostics)
        if commentedInstance == nil { commentedInstance = lexer.commentedInstance }
        var level = Level(tokens: lexer.tokens, parents: parents + [file])
        let items = parse(&level, opened: nil, depth: 0)
        return items
    }

    private struct Level {
        var tokens: [Token]
        var index = 0
        var parents: [String]
    }

    private mutating func parse(_ level: inout Level, opened: Location?, depth: Int) -> [Item] {
        var items: [Item] = []
        while level.index < level.tokens.count {
            let token = level.tokens[level.index]
            level.index += 1
            switch token.kind {
            case .word:
                if isInclude(token), let isRequired = includeKind(token) {
                    items += include(&level, keyword: token, isRequired: isRequired)
                } else {
                    items.append(.word(token))
                }
            case .open:
                guard depth < Self.deepestNesting else {
                    diagnostics.error("blocks are nested too deep", at: token.location)
                    level.index = level.tokens.count
                    return items
                }
                items.append(
                    .block(parse(&level, opened: token.location, depth: depth + 1), open: token.location)
                )
            case .close:
                if opened != nil { return items }
                diagnostics.error("this '}' closes nothing", at: token.location)
            }
        }
        if let opened { diagnostics.error("this '{' is never closed", at: opened) }
        return items
    }

    func isInclude(_ token: Token) -> Bool {
        token.startsLine && !token.isQuoted && includeKind(token) != nil
    }

    /// Nil where the word is no include; otherwise whether a file must be there.
    private func includeKind(_ token: Token) -> Bool? {
        switch token {
        case "include": false
        case "includea", "includer", "includem", "includew", "includeb": true
        default: nil
        }
    }

    private mutating func include(_ level: inout Level, keyword: Token, isRequired: Bool) -> [Item] {
        guard level.index < level.tokens.count, level.tokens[level.index].kind == .word,
            !level.tokens[level.index].startsLine
        else {
            diagnostics.error("'\(keyword.text)' wants a file or a pattern", at: keyword.location)
            return []
        }
        let argument = level.tokens[level.index]
        level.index += 1
        guard level.parents.count <= Self.deepestInclude else {
            diagnostics.error(
                "files include each other more than \(Self.deepestInclude) deep",
                at: argument.location
            )
            return []
        }
        guard let paths = paths(of: argument) else {
            diagnostics.error("the braces make more than 64 patterns", at: argument.location)
            return []
        }
        if paths.isEmpty {
            let message: Message = "no file matches '\(argument.text)'"
            if isRequired {
                diagnostics.error(message, at: argument.location)
            } else {
                diagnostics.warning(message, at: argument.location)
            }
        }
        var items: [Item] = []
        for path in paths {
            if level.parents.contains(where: { isSame($0, path) }) {
                diagnostics.error("'\(path)' includes itself", at: argument.location)
            } else if let bytes = files.read(path) {
                items += parse(bytes, file: path, includedFrom: level.parents)
            } else {
                diagnostics.error("'\(path)' cannot be read", at: argument.location)
            }
        }
        return items
    }

    /// The files that the argument of an include means; nil where its braces make too many patterns.
    func paths(of argument: Token) -> [String]? {
        guard let patterns = expandBraces(argument.bytes) else { return nil }
        let directory = directory(of: argument.location.file)
        var paths: [String] = []
        for pattern in patterns {
            let isAbsolute = pattern.first == UInt8(ascii: "/")
            let text = String(decoding: pattern, as: UTF8.self)
            paths += files.glob(isAbsolute ? text : directory + text)
        }
        return paths
    }

    /// The directory with its slash, or nothing.
    private func directory(of file: String) -> String {
        let bytes = Array(file.utf8)
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(decoding: bytes[...slash], as: UTF8.self)
    }
}

/// `a{b,c}` as `ab` and `ac`; the C library of the static agent cannot do this itself. Nil for more
/// than 64 patterns.
func expandBraces(_ pattern: [UInt8]) -> [[UInt8]]? {
    var done: [[UInt8]] = []
    var pending = [pattern]
    while let next = pending.popLast(), done.count + pending.count < 64 {
        // The first inner pair, so that the choices come in a shell's order.
        guard let open = innermostBrace(next),
            let close = next[open...].firstIndex(of: UInt8(ascii: "}"))
        else {
            done.append(next)
            continue
        }
        let choices = next[(open + 1)..<close].split(
            separator: UInt8(ascii: ","),
            omittingEmptySubsequences: false
        )
        for choice in choices.reversed() {
            pending.append(Array(next[..<open]) + Array(choice) + Array(next[(close + 1)...]))
        }
    }
    return pending.isEmpty ? done : nil
}

private func innermostBrace(_ pattern: [UInt8]) -> Int? {
    var open: Int?
    for (index, byte) in pattern.enumerated() {
        if byte == UInt8(ascii: "{") { open = index }
        if byte == UInt8(ascii: "}"), let open { return open }
    }
    return nil
}
