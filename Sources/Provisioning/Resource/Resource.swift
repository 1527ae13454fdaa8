/// A desired state of one thing on a host.
///
/// It never talks to a host itself: it says how to look (`probe`) and what follows (`plan(from:)`); the engine does
/// the talking, and looks again after every change. *Changed* means that the host was seen in the desired state.
public protocol Resource: PlayItem {
    /// What `probe` shows.
    associatedtype State: Sendable

    /// "File", "Package": the name of the type unless it says otherwise.
    static var kind: String { get }

    /// What tells it from others of its kind on one host: a path, a package's name.
    var name: String { get }

    var probe: Probe<State> { get }

    /// The difference between `state` and what is desired. Pure; this is all that check mode is.
    func plan(from state: State) -> Plan

    /// Checks what can be checked before any host is touched: values, local files, templates.
    ///
    /// - Throws: an error for people.
    func validate() throws

    /// Resources whose change may change what this one sees: the image of a container, the package of a unit.
    /// Check mode says "unknown" instead of "unchanged" where one of them would change.
    var dependencies: [ResourceID] { get }

    /// What a change of this one changes, by the names that `dependencies` of others use: its own identity, and for a
    /// resource that stands for several things each of theirs. Check mode says "unknown" where an earlier task would
    /// change the same first.
    var effects: [ResourceID] { get }

    /// `false`, the default, for a state that is seen again after the change; `true` for what is done anew in every
    /// run and leaves nothing to look at: a command, a reboot.
    var isAction: Bool { get }
}

extension Resource {
    public static var kind: String { "\(Self.self)" }
    public var dependencies: [ResourceID] { [] }
    public var effects: [ResourceID] { [id] }
    public var isAction: Bool { false }
    public func validate() throws {}
    public var id: ResourceID { ResourceID(kind: Self.kind, name: name) }
}

/// The identity of a resource on a host: `File[/etc/hosts]`.
public struct ResourceID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let kind: String
    public let name: String

    public init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }

    public init<R: Resource>(_ type: R.Type, _ name: String) {
        self.init(kind: type.kind, name: name)
    }

    public var description: String { "\(kind)[\(name)]" }
}

/// A resource of any type, as the engine sees it.
struct AnyResource: Sendable {
    let id: ResourceID
    let observations: [AnyObservation]
    let dependencies: [ResourceID]
    let effects: [ResourceID]
    let isAction: Bool
    let validate: @Sendable () throws -> Void
    /// The state that was seen, as `canonicalText`; `nil` where the look told nothing.
    let state: @Sendable (Answers) -> String?
    /// The plan that follows from what was seen; `unknown` where the look told nothing.
    let plan: @Sendable (Answers) -> Plan

    init<R: Resource>(_ resource: R) {
        let probe = resource.probe
        id = resource.id
        observations = probe.observations
        dependencies = resource.dependencies
        effects = resource.effects
        isAction = resource.isAction
        validate = { try resource.validate() }
        state = { answers in
            switch Result(catching: { try probe.state(in: answers) }) {
            case .success(let state): canonicalText(state)
            case .failure: nil
            }
        }
        plan = { answers in
            do {
                return resource.plan(from: try probe.state(in: answers))
            } catch {
                return .unknown("\(error)")
            }
        }
    }
}
