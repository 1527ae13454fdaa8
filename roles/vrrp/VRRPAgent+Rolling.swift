import Apus

/// What a rolling restart of the balancers does with their agents. Where no agent is installed, nothing.
extension VRRPAgent {
    /// Gives the virtual address up, and does not ask for it again at the next boot.
    static var leave: Play.Task {
        Command(["systemctl", "disable", "--now", "--quiet", unit], onlyIf: words(isEnabled))
            .named("Stop the VRRP agent")
    }

    /// Takes part in elections again, now and after every boot.
    static var join: Play.Task {
        Command(
            ["systemctl", "enable", "--now", "--quiet", unit],
            unless: words("\(isEnabled) && systemctl is-active --quiet \(unit)"),
            onlyIf: words(isInstalled)
        )
        .named("Start the VRRP agent")
    }

    /// Gives the virtual address up where `hasAddress` says that it is here, and stands for election again.
    static func standAgain(where hasAddress: String) -> Play.Task {
        Command(["systemctl", "restart", unit], onlyIf: words("\(isInstalled) && \(hasAddress)"))
            .named("Hand the virtual address back")
    }

    static let isInstalled = "[ -e /etc/systemd/system/\(unit) ]"
    private static let isEnabled = "systemctl is-enabled --quiet \(unit)"

    private static func words(_ script: String) -> [String] { ["sh", "-c", script] }
}
