public import HostInventory

/// As whom a task looks and acts on a host.
public enum Privilege: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The user that logged in.
    case login
    /// `root`, through the host's become method (sudo unless the inventory says otherwise).
    case root
    /// Another user, by the same means.
    case user(String)

    public var description: String {
        switch self {
        case .login: "the login user"
        case .root: "root"
        case .user(let name): name
        }
    }
}

extension Inventory.Host {
    /// With whose rights things run where nobody says more than the inventory: `ansible_become`, `ansible_become_user`.
    ///
    /// - Parameter becomes: whether it is to be another user, root where the inventory names none; nil leaves that to
    ///   the inventory.
    public func privilege(becomes: Bool? = nil) -> Privilege {
        // Wrong connection variables are found by the preflight, or by the connector.
        let settings = try? connection
        guard becomes ?? settings?.become ?? false else { return .login }
        return settings?.becomeUser.map { $0 == "root" ? .root : .user($0) } ?? .root
    }
}
