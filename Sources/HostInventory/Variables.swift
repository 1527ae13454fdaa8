/// The variables of one host, resolved: those of `all` are overridden by parent groups', these by child
/// groups', these by the host's own.
///
/// Reading is typed: `let port: UInt16 = try host.variables["port"]`. It is lenient where the text of an
/// inventory allows only one meaning (`"101"` is an `Int`, `yes` is a `Bool`, 51 is the `String` "51"),
/// and otherwise fails with the inventory's file and line, the host, the wanted type and the found text.
public struct Variables: Sendable {
    /// The host that the variables belong to, for messages.
    public let host: String
    /// Where the host is first named.
    public let hostLocation: SourceLocation
    /// What the host inherits; hosts in the same groups share one dictionary.
    let inherited: [String: Variable]
    let own: [String: Variable]

    init(
        host: String,
        hostLocation: SourceLocation,
        inherited: [String: Variable],
        own: [String: Variable]
    ) {
        self.host = host
        self.hostLocation = hostLocation
        self.inherited = inherited
        self.own = own
    }

    /// Variables that no inventory file gave: those of tests, or of hosts that a program names.
    public init(host: String, _ values: [String: Value] = [:]) {
        let location = SourceLocation(file: "(given by the program)", line: 1)
        self.init(
            host: host,
            hostLocation: location,
            inherited: [:],
            own: Dictionary(
                uniqueKeysWithValues: values.map { name, value in
                    (name, Variable(name: name, value: value, text: value.plainText, location: location))
                }
            )
        )
    }

    /// The variable of that name, untyped, with its place.
    public func variable(_ name: String) -> Variable? {
        VariableReads.note(name)
        return definition(of: name)
    }

    public func contains(_ name: String) -> Bool {
        variable(name) != nil
    }

    private func definition(of name: String) -> Variable? { own[name] ?? inherited[name] }

    /// The same as `contains`, but for those who do not ask for the variable's sake.
    func isSet(_ name: String) -> Bool { definition(of: name) != nil }

    /// The names of all variables, sorted.
    public var names: [String] {
        Set(own.keys).union(inherited.keys).sorted()
    }

    /// The texts and numbers in all variables that nobody should read.
    public var secrets: [Secret] {
        own.values.flatMap(\.secrets) + inherited.values.flatMap { own[$0.name] == nil ? $0.secrets : [] }
    }

    public var count: Int { names.count }
    public var isEmpty: Bool { own.isEmpty && inherited.isEmpty }
}

extension Variables: Sequence {
    /// The variables sorted by name.
    public func makeIterator() -> IndexingIterator<[Variable]> {
        names.compactMap(definition).makeIterator()
    }
}

extension Variables: CustomStringConvertible, CustomReflectable {
    public var description: String {
        "\(host): \(map(\.description).joined(separator: " "))"
    }

    public var customMirror: Mirror {
        Mirror(self, children: map { ($0.name, $0) }, displayStyle: .dictionary)
    }
}

extension Value {
    /// The value as one would write it after `name=`.
    var plainText: String {
        if case .string(let text) = self { return text }
        return description
    }
}
