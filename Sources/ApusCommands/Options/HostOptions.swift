import ArgumentParser
import HostInventory
import Provisioning
import Transports

/// What every verb that talks to hosts has in common.
struct HostOptions: ParsableArguments {
    @OptionGroup var source: InventoryOptions

    @Option(name: [.short, .long], help: "Hosts at work at the same time.")
    var forks = 64

    @Option(name: [.short, .long], help: "Log in as this user, where the inventory names none.")
    var user: String?

    @Option(
        name: .customLong("private-key"),
        help: ArgumentHelp("Log in with this key, where the inventory names none.", valueName: "file")
    )
    var privateKey: String?

    @Flag(
        name: [.customShort("K"), .customLong("ask-become-pass")],
        help: "Ask for the password of sudo or su."
    )
    var asksBecomePassword = false

    @Flag(
        name: .customLong("accept-new-host-keys"),
        help:
            "Trust hosts seen for the first time, and record their keys in known_hosts. A changed key stays an error."
    )
    var acceptsNewHostKeys = false

    @Option(
        name: .customLong("connect-timeout"),
        help: ArgumentHelp("For a connection, up to the end of the login.", valueName: "seconds")
    )
    var connectTimeout = 10

    func validate() throws {
        guard forks > 0 else { throw ValidationError("--forks must be at least 1, not \(forks)") }
        guard connectTimeout > 0 else {
            throw ValidationError("--connect-timeout must be at least 1 second, not \(connectTimeout)")
        }
    }

    /// - Throws: what is wrong with the file, with its line.
    func readInventory() throws -> Inventory {
        try source.read()
    }

    func runOptions() throws -> RunOptions {
        var options = RunOptions()
        options.forks = forks
        options.connectDeadline = .seconds(connectTimeout)
        if asksBecomePassword { options.becomePassword = try Console.askSecret("Password for sudo: ") }
        return options
    }

    func connector() -> HostConnector {
        HostConnector(
            defaults: .init(user: user, privateKeyFile: privateKey, acceptsNewHostKeys: acceptsNewHostKeys),
            passphrase: { path in try? Console.askSecret("Passphrase of \(path): ") }
        )
    }
}
