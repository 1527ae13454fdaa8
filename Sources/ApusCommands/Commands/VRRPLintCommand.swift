import ArgumentParser
import HostInventory
import KeepalivedConfiguration
import Provisioning
import VRRPCluster

extension VRRPCommand {
    struct Lint: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Finds what can split virtual routers, keeps addresses from failing over, or is served otherwise then.",
            discussion: """
                Compares the configurations that the playbooks would install on the inventory's hosts, or the files \
                that you name. It connects to nobody. Exit status: 0 where nothing is found, 1 where something is.
                """
        )

        @Argument(help: "Which hosts: a pattern such as balancers.")
        var pattern = "all"
        @OptionGroup var source: InventoryOptions
        @Option(
            name: [.short, .customLong("file")],
            help: ArgumentHelp(
                "Look at this keepalived.conf instead; give one for each host. HOST is its address where unicast peers are to be checked.",
                valueName: "host=file"
            )
        )
        var files: [String] = []

        func run() throws {
            var routers = LintedRouters()
            if files.isEmpty {
                let inventory = try source.readChecked()
                let hosts = try inventory.hosts(matching: Pattern(pattern))
                routers.add(inventory.roles(of: CommandContext.catalog.playbooks), on: Set(hosts.map(\.name)))
            } else {
                for file in files { try routers.add(file: file) }
            }
            for warning in routers.warnings { Console.error("warning: \(warning)") }
            guard !routers.nodes.isEmpty || !routers.problems.isEmpty else {
                throw ValidationError(
                    "no playbook makes one of these hosts a virtual router; name files with -f HOST=FILE"
                )
            }
            // Where a configuration is missing, what is said of the others would be wrong.
            let found =
                routers.problems.isEmpty
                ? Finding.all(in: routers.nodes).map(\.description) : routers.problems
            for line in found { Console.write(line + "\n") }
            guard found.isEmpty else { throw ExitCode(1) }
            Console.write(
                "\(routers.nodes.count) configurations: nothing that splits, never fails over or serves otherwise\n"
            )
        }
    }
}

/// The configurations to compare, and why some are not there.
struct LintedRouters {
    private(set) var nodes: [Node] = []
    /// Configurations that are wrong for themselves.
    private(set) var problems: [String] = []
    private(set) var warnings: [String] = []

    /// - Parameter hosts: the names of those that are looked at.
    mutating func add(_ listing: [HostRoles], on hosts: Set<String>) {
        for entry in listing where hosts.contains(entry.host.name) {
            let redaction = Redaction(of: entry.host)
            switch entry.roles {
            case .failure(let error):
                warnings.append(
                    redaction("play «\(entry.play)», host \(entry.host.name), not looked at: \(error)")
                )
            case .success(let roles):
                for role in roles.compactMap({ $0 as? any RouterRole }) {
                    add(host: entry.host.name, redaction: redaction) {
                        Node(
                            host: entry.host.name,
                            addresses: [Address(try entry.host.connection.address)].compactMap(\.self),
                            configuration: try role.configuration
                        )
                    }
                }
            }
        }
    }

    /// - Parameter file: HOST=FILE. What keepalived itself would go on without is a warning.
    mutating func add(file: String) throws {
        let parts = file.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { throw ValidationError("-f wants HOST=FILE, not «\(file)»") }
        add(host: parts[0], redaction: Redaction([])) {
            Node(
                host: parts[0],
                addresses: [Address(parts[0])].compactMap(\.self),
                configuration: try KeepalivedFile(parts[1]).configuration(isLenient: true)
            )
        }
    }

    private mutating func add(host: String, redaction: Redaction, _ node: () throws -> Node) {
        do {
            let node = try node()
            nodes.append(node)
            warnings += node.configuration.warnings.map { redaction("\(host): \($0)") }
        } catch {
            problems += "\(error)".split(separator: "\n").map { redaction("\(host): \($0)") }
        }
    }
}
