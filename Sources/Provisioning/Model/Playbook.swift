/// An ordered list of plays with a name: what `apus run NAME` runs.
public struct Playbook: Sendable {
    public let name: String
    /// One line for `apus list`.
    public let summary: String
    public let plays: [Play]

    public init(_ name: String, summary: String = "", @PlayBuilder plays: () -> [Play]) {
        self.name = name
        self.summary = summary
        self.plays = plays()
    }
}

/// The playbooks that an `apus` knows.
public struct Catalog: Sendable {
    public let playbooks: [Playbook]

    public init(_ playbooks: [Playbook]) { self.playbooks = playbooks }

    public subscript(name: String) -> Playbook? { playbooks.first { $0.name == name } }
}

/// Plays, and whole playbooks in their place.
@resultBuilder
public enum PlayBuilder: ListBuilder {
    public typealias Element = Play

    public static func buildExpression(_ play: Play) -> [Play] { [play] }
    public static func buildExpression(_ playbook: Playbook) -> [Play] { playbook.plays }
}
