extension Inventory {
    /// Joins what the sections say. Hosts in the same groups share their inherited variables.
    init(
        _ draft: InventoryDraft,
        file: String,
        problems: [InventoryError.Problem],
        warnings: [InventoryError.Problem]
    ) throws(InventoryError) {
        var draft = draft
        Self.placeUngroupedHosts(in: &draft)
        Self.placeTopGroups(in: &draft)
        var problems = problems
        let tree: GroupTree
        do {
            tree = try GroupTree(draft.groups)
        } catch {
            problems.append(error.problem)
            throw InventoryError(problems)
        }
        guard problems.isEmpty else { throw InventoryError(problems) }

        struct Inherited {
            var groups: [String]
            var variables: [String: Variable]
        }
        var inherited: [[Int]: Inherited] = [:]
        hosts = draft.hosts.map { host in
            let shared: Inherited
            if let known = inherited[host.groups] {
                shared = known
            } else {
                let ancestry = tree.ancestry(of: host.groups)
                var variables: [String: Variable] = [:]
                for group in ancestry { variables.merge(draft.groups[group].variables) { $1 } }
                // Says something of its group only.
                variables[GroupTree.priorityVariable] = nil
                // Files of group_vars, even those of `all`, override all that inventory files say of groups.
                for group in ancestry { variables.merge(draft.groups[group].folderVariables) { $1 } }
                shared = Inherited(groups: ancestry.map { draft.groups[$0].name }, variables: variables)
                inherited[host.groups] = shared
            }
            return Host(
                name: host.name,
                location: host.location,
                groups: shared.groups,
                variables: Variables(
                    host: host.name,
                    hostLocation: host.location,
                    inherited: shared.variables,
                    own: host.variables
                ),
                overridden: host.overridden
            )
        }
        groups = draft.groups.indices.map { index in
            let group = draft.groups[index]
            return Group(
                name: group.name,
                location: group.location,
                hosts: group.hosts.map { draft.hosts[$0].name },
                children: group.children.map { draft.groups[$0.index].name },
                variables: group.variables,
                folderVariables: group.folderVariables,
                overridden: group.overridden,
                overriddenFolderVariables: group.overriddenFolderVariables,
                depth: tree.depths[index],
                priority: tree.priorities[index]
            )
        }
        members = draft.groups.indices.map { index in
            index == InventoryDraft.all ? Array(draft.hosts.indices) : tree.members(of: index)
        }
        let twins = draft.groups.filter { draft.hostIndex[$0.name] != nil }.map { group in
            InventoryError.Problem("'\(group.name)' is the name of a group and of a host", at: group.location)
        }
        self.warnings = warnings + twins
        self.file = file
        hostIndex = draft.hostIndex
        groupIndex = draft.groupIndex
    }

    /// `ungrouped` holds exactly the hosts that are in no other group but `all`.
    private static func placeUngroupedHosts(in draft: inout InventoryDraft) {
        let (all, ungrouped) = (InventoryDraft.all, InventoryDraft.ungrouped)
        for host in draft.hosts.indices {
            let isGrouped = draft.hosts[host].groups.contains { $0 != all && $0 != ungrouped }
            if isGrouped {
                draft.hosts[host].groups.removeAll { $0 == ungrouped }
            } else if !draft.hosts[host].groups.contains(ungrouped) {
                draft.hosts[host].groups.append(ungrouped)
                draft.groups[ungrouped].hosts.append(host)
            }
            draft.hosts[host].groups.sort()
        }
        draft.groups[ungrouped].hosts.removeAll { !draft.hosts[$0].groups.contains(ungrouped) }
    }

    /// `all` contains every group that no other group contains, `ungrouped` first.
    private static func placeTopGroups(in draft: inout InventoryDraft) {
        let all = InventoryDraft.all
        for group in draft.groups.indices.dropFirst() where draft.groups[group].parents.isEmpty {
            let place = draft.groups[group].location ?? SourceLocation(file: "", line: 0)
            draft.groups[all].children.append((group, place))
            draft.groups[group].parents.append(all)
        }
        // Ansible makes it before it reads anything.
        let ungrouped = draft.groups[all].children.firstIndex { $0.index == InventoryDraft.ungrouped }
        guard let ungrouped else { return }
        let child = draft.groups[all].children.remove(at: ungrouped)
        draft.groups[all].children.insert(child, at: 0)
    }
}
