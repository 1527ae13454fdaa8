import Apus

/// What a rolling restart of the balancers does with their agents. Where no agent is installed, nothing.
extension VRRPAgent {
    /// Gives the virtual address to another balancer where `hasAddress` says that it is here, and does not ask for it
    /// again at the next boot. Where no other one takes it, it stays, and the task fails.
    static func leave(where hasAddress: String) -> Play.Task {
        Command.shell(
            """
            if \(hasAddress) && systemctl is-active --quiet \(unit); then
                \(handOver(where: hasAddress))
            fi
            systemctl disable --now --quiet \(unit)
            """,
            onlyIf: isEnabled
        )
        .named("Stop the VRRP agent")
    }

    /// Takes part in elections again, now and after every boot.
    static var join: Play.Task {
        Command.shell(
            "systemctl enable --now --quiet \(unit)",
            unless: "\(isEnabled) && systemctl is-active --quiet \(unit)",
            onlyIf: isInstalled
        )
        .named("Start the VRRP agent")
    }

    /// Gives the virtual address to another balancer where `hasAddress` says that it is here, and stands for election
    /// again.
    static func handBack(where hasAddress: String) -> Play.Task {
        Command.shell(
            """
            \(handOver(where: hasAddress))
            \(program) resume >/dev/null
            """,
            onlyIf: "\(isInstalled) && \(hasAddress)"
        )
        .named("Hand the virtual address back")
    }

    /// Lines of `sh`: the agent keeps the address until the neighbours have heard of the other that has it now. It stands
    /// back from then on.
    private static func handOver(where hasAddress: String) -> String {
        """
        \(program) handover >/dev/null || exit
        attempts=75
        while \(hasAddress); do
            attempts=$((attempts - 1))
            if [ "$attempts" -eq 0 ]; then
                \(program) resume >/dev/null
                echo 'no other agent took the address over within 15 s; it stays here' >&2
                exit 1
            fi
            sleep 0.2
        done
        """
    }

    static let isInstalled = "[ -e /etc/systemd/system/\(unit) ]"
    private static let isEnabled = "systemctl is-enabled --quiet \(unit)"
}
