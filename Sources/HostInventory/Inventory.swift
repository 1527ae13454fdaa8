/// The hosts that a run may touch, their groups and their variables.
///
/// Built from any number of sources; afterwards a plain value that is cheap to copy.
public struct Inventory: Sendable {
    /// A host with its variables resolved.
    public struct Host: Sendable {
        /// The name as the inventory has it: a host name, an alias or an address.
        public let name: String
        /// Where the host is first named.
        public let location: SourceLocation
        /// The names of all groups the host is in, by way of children too: `all` first, then from
        /// parents to children, as their variables override each other.
        public let groups: [String]
        public let variables: Variables
        let overridden: [Variable]
        /// The same as `variables`.
        public var vars: Variables { variables }
    }

    /// A named set of hosts and of further groups.
    public struct Group: Sendable {
        public let name: String
        /// Where the group's first section begins; nil for `all` and `ungrouped` where no section names them.
        public let location: SourceLocation?
        /// The hosts named in the group itself, in the order of the file.
        public let hosts: [String]
        /// The names of the groups inside this one, in the order of the file.
        public let children: [String]
        /// The group's own variables in inventory files, by name, nothing inherited.
        public let variables: [String: Variable]
        /// The group's own variables in `group_vars`. They override what inventory files say of any group.
        public let folderVariables: [String: Variable]
        let overridden: [Variable]
        let overriddenFolderVariables: [Variable]
        /// 0 for `all`; otherwise one more than that of its deepest parent.
        public let depth: Int
        /// `ansible_group_priority` (default 1): among groups of one depth, the higher one wins.
        public let priority: Int
    }

    /// One place that sets a variable for a host.
    public struct Definition: Sendable {
        /// The group that sets it; nil where the host itself does.
        public let group: String?
        public let variable: Variable
    }

    /// All hosts, in the order of the file.
    public let hosts: [Host]
    /// All groups, `all` and `ungrouped` first, the others in the order of the file.
    public let groups: [Group]
    /// What is legal and yet looks like a mistake.
    public let warnings: [InventoryError.Problem]
    /// The file that was read, for messages.
    public let file: String

    let hostIndex: [String: Int]
    let groupIndex: [String: Int]
    /// The hosts of each group and of its descendants, as indices into `hosts`.
    let members: [[Int]]

    /// Reads an inventory in Ansible's INI format.
    ///
    /// - Parameter file: the path that messages show, and that relative paths in variables start from.
    /// - Throws: `InventoryError` with every problem in the text.
    public init(parsing text: String, file: String) throws(InventoryError) {
        try self.init(parsing: text, file: file, as: .ini)
    }

    public func host(named name: String) -> Host? {
        hostIndex[name].map { hosts[$0] }
    }

    public func group(named name: String) -> Group? {
        groupIndex[name].map { groups[$0] }
    }

    /// Every place that sets the variable for the host, the last one wins.
    public func definitions(of variable: String, for host: Host) -> [Definition] {
        let groups = host.groups.compactMap(group(named:))
        func definitions(
            _ group: String?,
            _ overridden: [Variable],
            _ last: [String: Variable]
        ) -> [Definition] {
            (overridden.filter { $0.name == variable } + [last[variable]].compactMap(\.self))
                .map { Definition(group: group, variable: $0) }
        }
        return groups.flatMap { definitions($0.name, $0.overridden, $0.variables) }
            + groups.flatMap { definitions($0.name, $0.overriddenFolderVariables, $0.folderVariables) }
            + definitions(nil, host.overridden, host.variables.own)
    }
}
