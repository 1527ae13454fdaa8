public import HostInventory
public import Provisioning

/// A line of a text file; the file's other lines stay as they are, byte by byte.
///
/// With a pattern, the line is the only one of its kind: it takes the place of the first line that matches, and
/// further ones that match are removed.
public struct Line: FileReplacing {
    public enum Position: Sendable, Hashable {
        case end
        case beginning
        /// After the last line that matches; at the end where none does.
        case after(LinePattern)
        /// Before the first line that matches; at the end where none does.
        case before(LinePattern)
    }

    public let path: String
    public let text: Secret
    /// Whether nothing of the file's text shows anywhere.
    public let isSecret: Bool
    /// Lines that are other versions of this one.
    public var pattern: LinePattern?
    public var state: Presence
    /// Where it is put when nothing is there that it could replace.
    public var position: Position
    /// Whether a missing file is made; else a missing file is an error.
    public var create: Bool
    public var replacement = FileReplacement()

    public init(
        _ path: String,
        _ text: String,
        matching pattern: LinePattern? = nil,
        state: Presence = .present,
        position: Position = .end,
        create: Bool = false
    ) {
        self.init(path, Secret(text), isSecret: false, pattern, state, position, create)
    }

    /// Nothing of the file's text shows anywhere. A file that is made gets mode 0600.
    ///
    /// - Parameter text: made of text and secrets: `"password=\(password)" as Secret`.
    public init(
        _ path: String,
        _ text: Secret,
        matching pattern: LinePattern? = nil,
        state: Presence = .present,
        position: Position = .end,
        create: Bool = false
    ) {
        self.init(path, text, isSecret: true, pattern, state, position, create)
    }

    private init(
        _ path: String,
        _ text: Secret,
        isSecret: Bool,
        _ pattern: LinePattern?,
        _ state: Presence,
        _ position: Position,
        _ create: Bool
    ) {
        self.path = path
        self.text = text
        self.isSecret = isSecret
        self.pattern = pattern
        self.state = state
        self.position = position
        self.create = create
    }

    public var name: String { "\(path): \(isSecret ? Secret.placeholder : text.revealed)" }

    public var dependencies: [ResourceID] {
        [ResourceID(File.self, path), ResourceID(kind: "Template", name: path)]
    }

    public func validate() throws {
        try requireAbsolute(path)
        let text = text.revealed
        guard !text.isEmpty || (state == .absent && pattern != nil) else {
            throw ResourceError("Line in \(path) has no text")
        }
        guard !text.utf8.contains(where: { $0 == 0x0a || $0 == 0 }) else {
            throw ResourceError("Line in \(path): a line has no line end and no NUL byte in it")
        }
        try pattern?.validate()
        try replacement.validate(for: path)
        switch position {
        case .after(let pattern), .before(let pattern): try pattern.validate()
        case .end, .beginning: break
        }
    }

    public var probe: Probe<(FileText, FileState?)> {
        Probe(FileTextObservation(path: path)).and(Probe(FileObservation(path: path)))
    }

    public func plan(from seen: (FileText, FileState?)) -> Plan {
        if let hidden = seen.1, hidden.kind == .hidden {
            return .unknown(hidden.obstacle(at: path, to: .file) ?? "")
        }
        let before: [UInt8]
        switch seen.0 {
        case .text(let bytes): before = bytes
        case .absent where state == .absent: return .unchanged
        case .absent where create: before = []
        case .absent: return .unknown("\(path) is not there yet")
        case .other: return .unknown("\(path) is there, and is not a regular file")
        case .tooLarge(let size):
            return .unknown(
                "\(path) has \(size) bytes; Line reads files of at most \(FileTextObservation.limit)"
            )
        }
        do {
            let after = try edited(before)
            var file = File(path, .bytes(after, isSecret: isSecret))
            file.replacement = replacement
            var state = seen.1
            state?.digest = SHA256Digest.hexadecimal(of: before)
            guard case .change(var change) = file.plan(from: state) else { return file.plan(from: state) }
            change.difference.entries.removeAll { $0 != File.linkReplaced }
            if after != before || state == nil {
                note(before, after, isThere: state != nil, in: &change.difference)
            }
            return .change(change)
        } catch {
            return .unknown("\(error)")
        }
    }

    private func note(_ before: [UInt8], _ after: [UInt8], isThere: Bool, in difference: inout Difference) {
        if isSecret { return difference.noteSecret("content", isThere: isThere) }
        difference.entries.append(
            .content(
                path: path,
                before: String(decoding: before, as: UTF8.self),
                after: String(decoding: after, as: UTF8.self)
            )
        )
    }

    /// The file as it is to be.
    func edited(_ bytes: [UInt8]) throws -> [UInt8] {
        let newline = UInt8(ascii: "\n")
        var lines = bytes.split(separator: newline, omittingEmptySubsequences: false)
        let endsInNewline = lines.last?.isEmpty == true
        if endsInNewline { lines.removeLast() }
        let original = lines
        let wanted = Array(text.revealed.utf8)
        let matches = try pattern?.matcher()
        func isSame(_ line: ArraySlice<UInt8>) -> Bool { line.elementsEqual(wanted) }
        func isKind(_ line: ArraySlice<UInt8>) -> Bool {
            matches?(String(decoding: line, as: UTF8.self)) ?? false
        }
        let candidates = lines.indices.filter { isSame(lines[$0]) || isKind(lines[$0]) }
        var surplus = Set<Int>()
        if state == .absent {
            surplus = Set(candidates)
        } else if let kept = candidates.first(where: { isSame(lines[$0]) }) ?? candidates.first {
            lines[kept] = wanted[...]
            // Without a pattern, a line that is there twice was meant so by somebody.
            if pattern != nil { surplus = Set(candidates).subtracting([kept]) }
        } else {
            lines.insert(wanted[...], at: try place(in: lines))
        }
        let result = lines.indices.filter { !surplus.contains($0) }.map { lines[$0] }
        if result == original { return bytes }
        return result.isEmpty ? [] : Array(result.joined(separator: [newline])) + [newline]
    }

    private func place(in lines: [ArraySlice<UInt8>]) throws -> Int {
        func text(_ line: ArraySlice<UInt8>) -> String { String(decoding: line, as: UTF8.self) }
        switch position {
        case .end: return lines.count
        case .beginning: return 0
        case .after(let pattern):
            let matches = try pattern.matcher()
            return lines.lastIndex { matches(text($0)) }.map { $0 + 1 } ?? lines.count
        case .before(let pattern):
            let matches = try pattern.matcher()
            return lines.firstIndex { matches(text($0)) } ?? lines.count
        }
    }
}
