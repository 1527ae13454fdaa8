import HostInventory

/// What is different, for people.
public struct Difference: Sendable, Equatable {
    public var entries: [Entry]

    public enum Entry: Sendable, Equatable {
        /// "mode: 0644 → 0600"; `nil` is absent.
        case attribute(String, from: String?, to: String?)
        /// The text of a file; shown only on request. `before` is `nil` until it was fetched for showing.
        case content(path: String, before: String?, after: String)
    }

    public init(_ entries: [Entry] = []) { self.entries = entries }

    public var isEmpty: Bool { entries.isEmpty }

    /// Notes `name` when the two differ.
    public mutating func compare<Value: Equatable>(
        _ name: String,
        _ actual: Value?,
        _ desired: Value?,
        show: (Value) -> String = { "\($0)" }
    ) {
        if actual != desired {
            entries.append(.attribute(name, from: actual.map(show), to: desired.map(show)))
        }
    }

    /// The same with the texts of files left empty.
    public var withoutContents: Difference {
        Difference(
            entries.map { entry in
                if case .content(let path, _, _) = entry {
                    .content(path: path, before: nil, after: "")
                } else {
                    entry
                }
            }
        )
    }

    /// Notes that something secret is another, and nothing of what it was and will be.
    ///
    /// - Parameter isThere: whether there is one now.
    public mutating func noteSecret(_ name: String, isThere: Bool) {
        note(name, from: isThere ? "another" : nil, to: Secret.placeholder)
    }

    public mutating func note(_ name: String, from: String?, to: String?) {
        entries.append(.attribute(name, from: from, to: to))
    }
}

extension Difference.Entry: CustomStringConvertible {
    public var description: String {
        switch self {
        case .attribute(let name, let from, let to): "\(name): \(from ?? "absent") → \(to ?? "absent")"
        case .content(let path, _, _): "content of \(path)"
        }
    }
}

extension Difference: CustomStringConvertible {
    public var description: String { entries.map(\.description).joined(separator: ", ") }
}
