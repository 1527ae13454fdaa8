import Foundation
import HostInventory

/// An inventory as text.
struct InventoryView {
    let inventory: Inventory
    var showsSecrets = false

    private func shown(_ variable: Variable) -> String {
        if variable.isSensitive, !showsSecrets { return Secret.placeholder }
        return variable.value.description
    }

    func table() -> String {
        inventory.hosts.map { host in
            let groups = host.groups.filter { $0 != "all" }.joined(separator: ", ")
            return "\(host.name)  (\(groups))\n"
                + host.variables.map { "  \($0.name): \(shown($0))\n" }.joined()
        }.joined()
    }

    /// What `ansible-inventory --list` says, to the letter.
    ///
    /// Secrets are hidden unless `showsSecrets`.
    func listing() -> String {
        var listing: [String: Value] = [:]
        for group in inventory.groups {
            var entry: [String: Value] = [:]
            if group.name != "all", !group.hosts.isEmpty {
                entry["hosts"] = .list(group.hosts.map { .string($0) })
            }
            if !group.children.isEmpty { entry["children"] = .list(group.children.map { .string($0) }) }
            if !entry.isEmpty { listing[group.name] = .dictionary(entry) }
        }
        var hosts: [String: Value] = [:]
        for host in inventory.hosts where !host.variables.isEmpty {
            let pairs = host.variables.map { variable in
                if showsSecrets { return (variable.name, variable.value) }
                let shown =
                    variable.isSensitive ? .string(Secret.placeholder) : variable.value.withoutNamedSecrets
                return (variable.name, shown)
            }
            hosts[host.name] = .dictionary(Dictionary(pairs, uniquingKeysWith: { $1 }))
        }
        listing["_meta"] = ["hostvars": .dictionary(hosts)]
        return Value.dictionary(listing).json + "\n"
    }

    func graph(of name: String, depth: Int = 0) -> String {
        guard let group = inventory.group(named: name) else { return "" }
        func line(_ text: String, _ depth: Int) -> String {
            (depth == 0 ? "" : String(repeating: "  |", count: depth) + "--") + text + "\n"
        }
        let hosts = name == "all" ? [] : group.hosts
        return line("@\(name):", depth)
            + group.children.map { graph(of: $0, depth: depth + 1) }.joined()
            + hosts.map { line($0, depth + 1) }.joined()
    }

    /// The value, then every definition in the order in which they override each other.
    func explanation(of name: String, for host: Inventory.Host) -> String {
        guard let variable = host.variables.variable(name) else { return "" }
        let definitions = inventory.definitions(of: name, for: host)
        let lines = definitions.enumerated().map { index, definition in
            let mark = index == definitions.count - 1 ? "→" : " "
            let owner = definition.group.map { "group \($0)" } ?? "host \(host.name)"
            return "\(mark) \(definition.variable.location)  \(owner): \(shown(definition.variable))\n"
        }
        return "\(name): \(shown(variable))\n" + lines.joined()
    }
}
