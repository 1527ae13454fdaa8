/// What the sections of an inventory say, before it is known whether they fit together.
struct InventoryDraft {
    struct Host {
        var name: String
        var location: SourceLocation
        /// Indices of the groups that list the host.
        var groups: [Int]
        var variables: [String: Variable] = [:]
        /// What later definitions of the same host replaced, oldest first.
        var overridden: [Variable] = []
    }

    struct Group {
        var name: String
        var location: SourceLocation?
        var hosts: [Int] = []
        var children: [(index: Int, location: SourceLocation)] = []
        var parents: [Int] = []
        var variables: [String: Variable] = [:]
        /// Those of `group_vars`, which override what inventory files say of any group.
        var folderVariables: [String: Variable] = [:]
        /// What later definitions of the same group replaced, oldest first.
        var overridden: [Variable] = []
        var overriddenFolderVariables: [Variable] = []
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

    mutating func setVariables(_ variables: [String: Variable], ofHost host: Int) {
        if hosts[host].variables.isEmpty {
            hosts[host].variables = variables
        } else {
            for (name, variable) in variables {
                guard let old = hosts[host].variables.updateValue(variable, forKey: name) else { continue }
                hosts[host].overridden.append(old)
            }
        }
    }

    mutating func setVariable(_ variable: Variable, ofGroup group: Int) {
        guard let old = groups[group].variables.updateValue(variable, forKey: variable.name) else { return }
        groups[group].overridden.append(old)
    }

    mutating func setFolderVariable(_ variable: Variable, ofGroup group: Int) {
        guard let old = groups[group].folderVariables.updateValue(variable, forKey: variable.name) else {
            return
        }
        groups[group].overriddenFolderVariables.append(old)
    }

    /// Puts one group into another; doing it twice is the same as once.
    mutating func addChild(_ child: Int, to parent: Int, at location: SourceLocation) {
        guard !groups[parent].children.contains(where: { $0.index == child }) else { return }
        groups[parent].children.append((child, location))
        groups[child].parents.append(parent)
    }

    /// The index of the group, which is defined there from now on.
    mutating func define(groupNamed name: String, at location: SourceLocation) -> Int {
        let group = group(named: name)
        groups[group].isDefined = true
        if groups[group].location == nil { groups[group].location = location }
        return group
    }
}
