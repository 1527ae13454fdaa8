public import Apus

/// Brings a host up to date and gives it Docker: all packages in their newest version, Docker installed, its daemon
/// running now and after every boot.
public struct Install: Role {
    public static let name = "install"

    /// What is installed besides the upgrade.
    public var packages: [String]
    /// Users that may use Docker without sudo, which makes them as powerful as root.
    public var dockerUsers: [String]
    /// Package lists older than this are fetched anew.
    public var listsValidity: Duration

    /// - Parameters:
    ///   - packages: Docker's engine, and psmisc for `killall`, which checks of keepalived.conf use.
    ///   - dockerUsers: must be users of the host; none by default.
    ///   - listsValidity: 24 hours by default, at least one.
    public init(
        packages: [String] = ["docker.io", "psmisc"],
        dockerUsers: [String] = [],
        listsValidity: Duration = .seconds(24 * 3600)
    ) {
        self.packages = packages
        self.dockerUsers = dockerUsers
        self.listsValidity = listsValidity
    }

    public var tasks: [Play.Task] {
        // What Docker recommends, git and AppArmor's tools among it, takes a small machine minutes and runs nothing.
        let wanted = Package(packages, recommends: false)
        PackageUpgrade(validity: listsValidity).named("Update and upgrade")
        wanted.named("Install " + packages.joined(separator: ", "))
        Service("docker.service", after: [wanted.id]).named("Start the Docker daemon")
        for user in dockerUsers {
            User(user, groups: ["docker"]).named("Let \(user) use Docker")
        }
    }
}
