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
