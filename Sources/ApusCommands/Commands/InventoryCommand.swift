import ArgumentParser
import Foundation
import HostInventory
import Provisioning
import Vault

struct InventoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory",
        abstract: "Shows hosts, groups and variables, and where each value comes from.",
        subcommands: [List.self, Graph.self, Hosts.self, Explain.self]
    )

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All hosts with their groups and variables."
        )

        @OptionGroup var source: InventoryOptions
        @Flag(help: "JSON in the shape of `ansible-inventory --list`.")
        var json = false
        @Flag(help: "Show the values of variables that look like secrets, too.")
        var showSecrets = false

        func run() throws {
            let view = InventoryView(inventory: try source.readChecked(), showsSecrets: showSecrets)
            Console.write(json ? view.listing() : view.table())
        }
    }

    struct Graph: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Groups inside groups, as a tree.")

        @Argument(help: "The group at the root.")
        var group = "all"
        @OptionGroup var source: InventoryOptions

        func run() throws {
            let inventory = try source.read()
            guard inventory.group(named: group) != nil else {
                throw ValidationError("there is no group '\(group)'")
            }
            Console.write(InventoryView(inventory: inventory).graph(of: group))
        }
    }

    struct Hosts: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The hosts that a pattern means, one a line."
        )

        @Argument(help: "A pattern such as web:!web3.")
        var pattern = "all"
        @OptionGroup var source: InventoryOptions

        func run() throws {
            let hosts = try source.read().hosts(matching: try Pattern.limit(pattern))
            Console.write(hosts.map { $0.name + "\n" }.joined())
        }
    }

    struct Explain: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "A variable of a host: its value, and every place that sets it; the last one wins."
        )

        @Argument var host: String
        @Argument var variable: String
        @OptionGroup var source: InventoryOptions

        func run() throws {
            let inventory = try source.readChecked()
            guard let found = try inventory.hosts(matching: Pattern(host)).first(where: { $0.name == host })
            else { throw ValidationError("'\(host)' is not the name of one host") }
            // An unset one is reported as a role would report it.
            if !found.variables.contains(variable) { _ = try found.variables[variable] as String }
            Console.write(InventoryView(inventory: inventory).explanation(of: variable, for: found))
        }
    }
}

struct InventoryOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("inventory")],
        help: ArgumentHelp(
            "A file, script or directory, or a list of hosts with a comma; may be repeated. Default: $APUS_INVENTORY.",
            valueName: "source"
        )
    )
    var inventory: [String] = []

    @OptionGroup var vault: VaultOptions

    /// - Throws: what is wrong with the sources, with their lines.
    func read() throws -> Inventory {
        let fallback = ProcessInfo.processInfo.environment["APUS_INVENTORY"].map { [$0] } ?? []
        let sources = inventory.isEmpty ? fallback : inventory
        guard !sources.isEmpty else {
            throw ValidationError("which hosts? Name an inventory with -i FILE, or in $APUS_INVENTORY")
        }
        var options = Inventory.SourceOptions()
        let keyring = vault.keyring()
        options.vault = { text in try String(validating: keyring.open(text)) }
        let inventory = try Inventory(sources: sources, options: options)
        warn(inventory.warnings)
        return inventory
    }

    /// The same, and points out variables that look like a typing error of one that a playbook of the catalog reads.
    func readChecked() throws -> Inventory {
        let inventory = try read()
        warn(inventory.misspellings(readBy: CommandContext.catalog.playbooks))
        return inventory
    }

    private func warn(_ problems: [InventoryError.Problem]) {
        for problem in problems { Console.error("warning: \(problem)") }
    }
}
