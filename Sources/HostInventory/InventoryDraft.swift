/// What the sections of an inventory say, before it is known whether they fit together.
struct InventoryDraft {
    struct Host {
        var name: String
        var location: SourceLocation
        /// Indices of the groups that list the host.
        var groups: [Int]
        var variables: [String: Variable] = [:]
    }

    struct Group {
        var name: String
        var location: SourceLocation?
        var hosts: [Int] = []
        var children: [(index: Int, location: SourceLocation)] = []
        var parents: [Int] = []
        var variables: [String: Variable] = [:]
        /// Where the group is mentioned, until a section defines it.
        var mention: (message: String, location: SourceLocation)?
        var isDefined = false
    }

    static let all = 0
    static let ungrouped = 1

    var hosts: [Host] = []
    var hostIndex: [String: Int] = [:]
    var groups: [Group] = [
        Group(name: "all", isDefined: true), Group(name: "ungrouped", isDefined: true),
    ]
    var groupIndex = ["all": all, "ungrouped": ungrouped]

    /// The index of the group, which a mention alone does not define.
    mutating func group(named name: String) -> Int {
        if let index = groupIndex[name] { return index }
        groups.append(Group(name: name))
        groupIndex[name] = groups.count - 1
        return groups.count - 1
    }

    /// Adds the host to the group; naming it twice there is the same as once.
    mutating func addHost(named name: String, to group: Int, at location: SourceLocation) -> Int {
        let host: Int
        if let index = hostIndex[name] {
            host = index
            if hosts[host].groups.contains(group) { return host }
            hosts[host].groups.append(group)
        } else {
            host = hosts.count
            hosts.append(Host(name: name, location: location, groups: [group]))
            hostIndex[name] = host
        }
        groups[group].hosts.append(host)
        return host
    }
}
