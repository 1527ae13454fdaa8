/// Puts inventories in Ansible's YAML format, and what scripts answer to `--list`, into a draft.
struct YAMLInventory {
    let file: String
    var draft: InventoryDraft
    private(set) var problems: [InventoryError.Problem] = []
    private(set) var warnings: [InventoryError.Problem] = []

    init(file: String, continuing draft: InventoryDraft) {
        self.file = file
        self.draft = draft
    }

    /// `groups: hosts, vars, children`, as people write it; the tree that scripts write is told by its `_meta`.
    mutating func add(_ tree: YAMLTree) {
        guard let groups = tree.entries else {
            return fail("an inventory is a dictionary of groups, found \(tree.kind)", at: tree.location)
        }
        if let plugin = groups.first(where: { $0.key == "plugin" }) {
            return fail(
                "configures an inventory plugin of Ansible, which Apus does not run; use a script instead",
                at: plugin.location
            )
        }
        if groups.contains(where: { $0.key == "_meta" }) { return addListing(tree) }
        for group in groups { _ = addGroup(group, depth: 0) }
    }

    private mutating func addGroup(_ entry: YAMLTree.Entry, depth: Int) -> Int {
        let group = draft.define(groupNamed: entry.key, at: entry.location)
        guard let sections = entry.tree.entries else {
            fail(
                "group '\(entry.key)' holds hosts, vars or children, found \(entry.tree.kind)",
                at: entry.location
            )
            return group
        }
        for section in sections {
            switch section.key {
            case "hosts": for host in entries(of: section, in: entry.key) { addHosts(host, to: group) }
            case "vars":
                for variable in entries(of: section, in: entry.key) {
                    draft.setVariable(variable.variable, ofGroup: group)
                }
            case "children":
                for child in entries(of: section, in: entry.key) {
                    let index = addGroup(child, depth: depth + 1)
                    draft.addChild(index, to: group, at: child.location)
                }
            default:
                let near = nearNames(to: section.key, among: ["hosts", "vars", "children"])
                let message = "'\(section.key)' in group '\(entry.key)' is none of hosts, vars and children"
                if section.tree.isNull || near.isEmpty {
                    warn(message + ", and ignored" + didYouMean(near), at: section.location)
                } else {
                    fail(message + didYouMean(near), at: section.location)
                }
            }
        }
        return group
    }

    /// A single name may stand in place of a dictionary with only that key.
    private mutating func entries(of section: YAMLTree.Entry, in group: String) -> [YAMLTree.Entry] {
        if let entries = section.tree.entries { return entries }
        if section.key != "vars", let word = section.tree.word {
            let nothing = YAMLTree(content: .scalar(.null, text: ""), location: section.tree.location)
            return [YAMLTree.Entry(key: word, location: section.tree.location, tree: nothing)]
        }
        fail(
            "'\(section.key)' of group '\(group)' is a dictionary, found \(section.tree.kind)",
            at: section.location
        )
        return []
    }

    private mutating func addHosts(_ entry: YAMLTree.Entry, to group: Int) {
        let pattern: HostPattern
        do {
            pattern = try HostPattern(parsing: Array(entry.key.utf8))
        } catch {
            return fail("host '\(entry.key)': \(error.message)", at: entry.location)
        }
        guard let given = entry.tree.entries else {
            return fail(
                "host '\(entry.key)' holds its variables, found \(entry.tree.kind)",
                at: entry.location
            )
        }
        var variables: [String: Variable] = [:]
        if let port = pattern.port {
            variables["ansible_port"] = Variable(
                name: "ansible_port",
                value: .int(port),
                text: String(port),
                location: entry.location
            )
        }
        for variable in given { variables[variable.key] = variable.variable }
        for name in pattern.names {
            guard !name.isEmpty else { return fail("the host has no name", at: entry.location) }
            draft.setVariables(variables, ofHost: draft.addHost(named: name, to: group, at: entry.location))
        }
    }

    // MARK: What scripts answer

    /// - Parameter tree: `{"GROUP": {"hosts": […], "vars": {…}, "children": […]}, "GROUP": […], "_meta": {…}}`
    mutating func addListing(_ tree: YAMLTree) {
        guard let groups = tree.entries else {
            return fail("--list answers with a dictionary of groups, found \(tree.kind)", at: tree.location)
        }
        for entry in groups where entry.key != "_meta" { addListedGroup(entry) }
        let meta = groups.first { $0.key == "_meta" }?.tree.entries ?? []
        guard let hosts = meta.first(where: { $0.key == "hostvars" }) else { return }
        for host in hosts.tree.entries ?? [] where draft.hostIndex[host.key] != nil {
            setVariables(host.tree, ofHost: host.key)
        }
    }

    private mutating func addListedGroup(_ entry: YAMLTree.Entry) {
        let group = draft.define(groupNamed: entry.key, at: entry.location)
        if case .list(let hosts) = entry.tree.content {
            return addNames(hosts, of: entry) { $0.addHost(named: $1, to: group, at: $2) }
        }
        guard let sections = entry.tree.entries else {
            return fail(
                "group '\(entry.key)' is a dictionary or a list, found \(entry.tree.kind)",
                at: entry.location
            )
        }
        let known = ["hosts", "vars", "children"]
        guard sections.isEmpty || sections.contains(where: { known.contains($0.key) }) else {
            // As Ansible: what has none of the three is a host with its variables, in a group of its name.
            _ = draft.addHost(named: entry.key, to: group, at: entry.location)
            for variable in sections { draft.setVariable(variable.variable, ofGroup: group) }
            return
        }
        for section in sections {
            switch (section.key, section.tree.content) {
            case ("vars", .dictionary(let variables)):
                for variable in variables { draft.setVariable(variable.variable, ofGroup: group) }
            case ("hosts", .list(let names)):
                addNames(names, of: section) { $0.addHost(named: $1, to: group, at: $2) }
            case ("children", .list(let names)):
                addNames(names, of: section) { draft, name, place in
                    let child = draft.define(groupNamed: name, at: place)
                    draft.addChild(child, to: group, at: place)
                    return child
                }
            case ("vars", _), ("hosts", _), ("children", _):
                let wanted = section.key == "vars" ? "a dictionary" : "a list"
                if !section.tree.isNull {
                    let message =
                        "'\(section.key)' of group '\(entry.key)' is \(wanted), found \(section.tree.kind)"
                    fail(message, at: section.location)
                }
            default: break
            }
        }
    }

    private mutating func addNames(
        _ names: [YAMLTree],
        of entry: YAMLTree.Entry,
        _ add: (inout InventoryDraft, String, SourceLocation) -> Int
    ) {
        for name in names {
            guard let word = name.word, !word.isEmpty else {
                fail("'\(entry.key)' lists names, found \(name.kind)", at: name.location)
                continue
            }
            _ = add(&draft, word, name.location)
        }
    }

    mutating func setVariables(_ tree: YAMLTree, ofHost name: String) {
        guard let host = draft.hostIndex[name] else { return }
        guard let entries = tree.entries else {
            return fail("the variables of '\(name)' are a dictionary, found \(tree.kind)", at: tree.location)
        }
        let variables = entries.map { ($0.key, $0.variable) }
        draft.setVariables(Dictionary(variables, uniquingKeysWith: { $1 }), ofHost: host)
    }

    private mutating func fail(_ message: String, at location: SourceLocation) {
        problems.append(.init(message, at: location))
    }

    private mutating func warn(_ message: String, at location: SourceLocation) {
        warnings.append(.init(message, at: location))
    }
}
