/// Which lines of a file are meant.
public struct LinePattern: Sendable, Hashable {
    private enum Kind: Hashable, Sendable {
        case prefix(String)
        case regex(String)
    }

    private let kind: Kind

    /// Lines that begin with `text`.
    public static func prefix(_ text: String) -> LinePattern { LinePattern(kind: .prefix(text)) }

    /// Lines in which the regular expression is found; `^` and `$` are a line's ends.
    public static func regex(_ pattern: String) -> LinePattern { LinePattern(kind: .regex(pattern)) }

    /// - Throws: `ResourceError` where it would match everything, or is no regular expression.
    func validate() throws {
        switch kind {
        case .prefix(let text):
            if text.isEmpty { throw ResourceError("an empty prefix matches every line") }
        case .regex(let pattern):
            let regex: Regex<AnyRegexOutput>
            do {
                regex = try Regex(pattern)
            } catch {
                throw ResourceError("«\(pattern)» is no regular expression: \(error)")
            }
            if (try? regex.firstMatch(in: "")) != nil, (try? regex.firstMatch(in: "any line")) != nil {
                throw ResourceError("the regular expression «\(pattern)» matches every line")
            }
        }
    }

    /// - Throws: `ResourceError` as `validate()` does.
    func matcher() throws -> (String) -> Bool {
        switch kind {
        case .prefix(let text): return { $0.hasPrefix(text) }
        case .regex(let pattern):
            let regex: Regex<AnyRegexOutput>
            do {
                regex = try Regex(pattern)
            } catch {
                throw ResourceError("«\(pattern)» is no regular expression: \(error)")
            }
            return { (try? regex.firstMatch(in: $0)) != nil }
        }
    }
}
