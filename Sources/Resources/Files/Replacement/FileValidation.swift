import Provisioning

/// A command that ends with status 0 where the content of a file is good. It must not change anything.
///
///     ["haproxy", "-c", "-f", .candidate]
///     ["visudo", "--check", "--file=\(.candidate)"]
public struct FileValidation: Sendable, Hashable, ExpressibleByArrayLiteral {
    private let words: [Word]

    public init(_ words: [Word]) { self.words = words }

    public init(arrayLiteral words: Word...) { self.init(words) }

    /// An argument; no shell splits or expands it.
    public struct Word: Sendable, Hashable, ExpressibleByStringInterpolation {
        fileprivate enum Part: Sendable, Hashable {
            case text(String)
            case candidate
        }

        fileprivate let parts: [Part]

        /// The path of the file that has the new content.
        public static let candidate = Word(parts: [.candidate])

        private init(parts: [Part]) { self.parts = parts }

        public init(stringLiteral value: String) { parts = [.text(value)] }

        public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

        public struct StringInterpolation: StringInterpolationProtocol {
            fileprivate var parts: [Part] = []

            public init(literalCapacity: Int, interpolationCount: Int) {}

            public mutating func appendLiteral(_ text: String) {
                // The compiler appends an empty one before and after what is interpolated.
                if !text.isEmpty { parts.append(.text(text)) }
            }
            public mutating func appendInterpolation(_ text: String) { parts.append(.text(text)) }
            public mutating func appendInterpolation(_ candidate: Candidate) { parts.append(.candidate) }
        }

        public enum Candidate { case candidate }
    }

    /// As a simple command of `sh`.
    ///
    /// - Parameter candidate: a shell word that stands for the path.
    func command(candidate: String) -> String {
        words.map { word in
            let parts = word.parts.map { part in
                if case .text(let text) = part { shellQuoted(text) } else { candidate }
            }
            return parts.joined()
        }.joined(separator: " ")
    }

    /// For people: "haproxy -c -f FILE".
    var display: String {
        words.map { word in
            word.parts.map { if case .text(let text) = $0 { text } else { "FILE" } }.joined()
        }.shellQuoted
    }

    func validate(for path: String) throws {
        let parts = words.flatMap(\.parts)
        guard parts.contains(.candidate) else {
            throw LocalFileError(
                description:
                    "\(path): «\(display)» does not look at the new content; write .candidate where its path belongs"
            )
        }
        guard case .text(let program)? = words.first?.parts.first, !program.isEmpty else {
            throw LocalFileError(description: "\(path): the validation «\(display)» has no program")
        }
        for case .text(let text) in parts where text.utf8.contains(0) {
            throw LocalFileError(description: "\(path): the validation «\(display)» has a NUL byte")
        }
    }
}
