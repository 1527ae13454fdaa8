public import HostInventory

/// The roles that one play gives to one host.
public struct HostRoles: Sendable {
    public let play: String
    public let host: Inventory.Host
    /// In the play's order; an error where its variables are wrong, or where they hang on the host's facts.
    public let roles: Result<[any Role], any Error>
}

extension Inventory {
    /// What `playbooks` give to hosts, as far as it is known without a connection. A play that stands in several
    /// playbooks counts once; one whose pattern names groups that the inventory does not have is left out.
    public func roles(of playbooks: [Playbook]) -> [HostRoles] {
        var seen: Set<String> = []
        let plays = playbooks.flatMap(\.plays).filter { seen.insert("\($0.title) on \($0.pattern)").inserted }
        return plays.flatMap { play in
            hosts(of: play).map { host in
                let tasks = Result { try play.tasks(PlayHost(host: host, facts: nil, inventory: self)) }
                return HostRoles(play: play.title, host: host, roles: tasks.map { $0.flatMap(\.roles) })
            }
        }
    }

    private func hosts(of play: Play) -> [Inventory.Host] {
        do {
            return try hosts(matching: play.pattern)
        } catch {
            return []
        }
    }
}
