import HostInventory
import Synchronization

/// What is kept out of the reports on each host: the secrets of its variables, and those that its steps get.
final class Redactions: Sendable {
    private let inventory: Inventory
    /// Of all hosts.
    private let common: [Secret]
    private let hosts = Mutex<[String: Redaction]>([:])

    init(inventory: Inventory, common: [Secret]) {
        self.inventory = inventory
        self.common = common
    }

    subscript(host: String) -> Redaction {
        hosts.withLock { hosts in
            if let known = hosts[host] { return known }
            let redaction = Redaction(common + (inventory.host(named: host)?.variables.secrets ?? []))
            hosts[host] = redaction
            return redaction
        }
    }

    func add(_ secrets: [Secret], to host: String) {
        if secrets.isEmpty { return }
        var redaction = self[host]
        redaction.add(secrets)
        hosts.withLock { $0[host] = redaction }
    }

    /// Without the secrets of any host that has reported something so far.
    func ofAll(_ text: String) -> String {
        let known = hosts.withLock { Array($0.values) }
        return known.reduce(text) { $1($0) }
    }
}
