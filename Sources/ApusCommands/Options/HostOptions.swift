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
        help: "Ask for the password of sudo, su or doas."
    )
    var asksBecomePassword = false

    @Flag(
        name: [.customShort("k"), .customLong("ask-pass")],
        help: "Ask for the password of a login, once for all hosts, and for whatever else hosts ask there."
    )
    var asksPassword = false

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
        if asksBecomePassword {
            options.becomePassword = try Questions.askSecret("Password to become another user: ")
        }
        return options
    }

    func connector() -> HostConnector {
        HostConnector(
            defaults: .init(user: user, privateKeyFile: privateKey, acceptsNewHostKeys: acceptsNewHostKeys),
            ask: { [asksPassword] question in
                switch question {
                case .passphrase(let path): return await Questions.answer(to: "Passphrase of \(path): ")
                case _ where !asksPassword: return nil
                case .password(let user, nil): return await Questions.answer(to: "Password of \(user): ")
                case .password(let user, let jumpHost?):
                    return await Questions.answer(to: "Password of \(user) at the jump host \(jumpHost): ")
                case .prompt(let host, let text, let echoes):
                    return await Questions.answer(to: "\(host): \(text)", echoes: echoes)
                }
            }
        )
    }
}
