import Provisioning

/// Compares a container's whole configuration with what is wanted, attribute by attribute.
///
/// Docker stores what it was told in many spellings; both sides are brought into one first.
struct ContainerComparison {
    private let wanted: DockerContainer
    private let seen: InspectedContainer
    /// What the image gives; `nil` where it is not the image that the container was made from, or not known. Then
    /// only what is said is compared.
    private let defaults: ContainerDefaults?
    private(set) var difference = Difference()

    init(wanted: DockerContainer, seen: InspectedContainer, image: DockerImageState?) {
        self.wanted = wanted
        self.seen = seen
        defaults = image?.id == seen.image ? image?.defaults : nil
        compareImage(image)
        compareProcess()
        compareEnvironment()
        compareLabels()
        compareHost()
        compareNetwork()
    }

    private mutating func compareImage(_ image: DockerImageState?) {
        let reference = ImageReference(wanted.image)
        if let image {
            // Rebuilt or pulled anew under the same name.
            guard image.id != seen.image else { return }
            difference.note("image", from: Self.short(seen.image), to: "\(reference) \(Self.short(image.id))")
        } else if ImageReference(seen.config.image) != reference {
            difference.note("image", from: seen.config.image, to: "\(reference)")
        }
    }

    private static func short(_ id: String) -> String {
        String((id.hasPrefix("sha256:") ? id.dropFirst(7) : id[...]).prefix(12))
    }

    private mutating func compareProcess() {
        // `docker create` takes one word as the entrypoint; what follows it is the command's beginning.
        let entrypoint = wanted.entrypoint.map { Array($0.prefix(1)) } ?? defaults?.entrypoint
        let rest = wanted.entrypoint.map { Array($0.dropFirst()) } ?? []
        // The command of the image goes with its entrypoint.
        let command =
            wanted.command.map { rest + $0 } ?? (wanted.entrypoint == nil ? defaults?.command : rest)
        if let entrypoint { list("entrypoint", seen.config.entrypoint, entrypoint) }
        if let command { list("command", seen.config.command, command) }
        if let user = wanted.user ?? defaults?.user { text("user", seen.config.user, user) }
        if let folder = wanted.workingDirectory ?? defaults?.workingDirectory {
            text("working directory", seen.config.workingDirectory, folder)
        }
    }

    private mutating func list(_ name: String, _ seen: [String], _ wanted: [String]) {
        difference.compare(name, seen, wanted) { $0.isEmpty ? "none" : $0.shellQuoted }
    }

    private mutating func text(_ name: String, _ seen: String, _ wanted: String) {
        difference.compare(name, seen, wanted) { $0.isEmpty ? "none" : $0 }
    }

    private mutating func set(_ name: String, _ seen: [String], _ wanted: [String]) {
        let seen = Set(seen).sorted()
        let wanted = Set(wanted).sorted()
        difference.compare(name, seen, wanted) { $0.isEmpty ? "none" : $0.joined(separator: ", ") }
    }

    /// What is seen of a value never shows, since it may have been a secret.
    private mutating func compareEnvironment() {
        let seen = seen.config.environmentByName
        for (name, value) in wanted.environment.sorted(by: { $0.key < $1.key }) {
            guard seen[name] != value.revealed else { continue }
            difference.note(
                "environment \(name)",
                from: seen[name].map { _ in "another value" },
                to: value.description
            )
        }
        guard let inherited = defaults?.environmentByName else { return }
        for name in seen.keys.sorted() where wanted.environment[name] == nil {
            // The client adds these by itself where its own configuration has them.
            if inherited[name] == nil, Self.proxies.contains(name.uppercased()) { continue }
            guard seen[name] != inherited[name] else { continue }
            difference.note("environment \(name)", from: "another value", to: inherited[name])
        }
        for name in inherited.keys.sorted() where seen[name] == nil && wanted.environment[name] == nil {
            difference.note("environment \(name)", from: nil, to: inherited[name])
        }
    }

    private static let proxies: Set<String> = [
        "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY",
    ]

    private mutating func compareLabels() {
        let seen = seen.config.labels
        let labels = (defaults?.labels ?? [:]).merging(wanted.labels) { $1 }
        let names = defaults == nil ? Set(labels.keys) : Set(labels.keys).union(seen.keys)
        for name in names.sorted() { difference.compare("label \(name)", seen[name], labels[name]) }
    }

    private mutating func compareHost() {
        let host = seen.hostConfig
        set("volumes", (host.binds ?? []).map(Self.normalisedBind), wanted.volumes.map(\.argument))
        difference.compare("restart policy", Self.policy(host.restartPolicy), "\(wanted.restart)")
        set(
            "added capabilities",
            (host.addedCapabilities ?? []).map(Self.capability),
            wanted.addedCapabilities.map(Self.capability)
        )
        set(
            "dropped capabilities",
            (host.droppedCapabilities ?? []).map(Self.capability),
            wanted.droppedCapabilities.map(Self.capability)
        )
        set("extra hosts", host.extraHosts ?? [], wanted.extraHosts.map { "\($0):\($1)" })
        difference.compare("read-only", host.isReadOnly ?? false, wanted.isReadOnly)
        difference.compare("privileged", host.isPrivileged ?? false, wanted.isPrivileged)
        set(
            "ulimits",
            (host.ulimits ?? []).map { "\($0.name)=\($0.soft):\($0.hard)" },
            wanted.ulimits.map(\.argument)
        )
    }

    /// "/a:/b:rw,z" → "/a:/b:z".
    private static func normalisedBind(_ bind: String) -> String {
        let parts = bind.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { return bind }
        let options = parts[2].split(separator: ",").filter { $0 != "rw" }.sorted()
        return (parts[..<2] + (options.isEmpty ? [] : [options.joined(separator: ",")])).joined(
            separator: ":"
        )
    }

    private static func policy(_ policy: InspectedContainer.HostConfig.RestartPolicy?) -> String {
        guard let policy, !policy.name.isEmpty else { return "no" }
        let count = policy.maximumRetryCount ?? 0
        return count > 0 ? "\(policy.name):\(count)" : policy.name
    }

    private static func capability(_ name: String) -> String {
        let name = name.uppercased()
        return name.hasPrefix("CAP_") ? String(name.dropFirst(4)) : name
    }

    private mutating func compareNetwork() {
        let host = seen.hostConfig
        let mode = host.networkMode.isEmpty || host.networkMode == "default" ? "bridge" : host.networkMode
        let networks = (seen.networkSettings.networks ?? [:]).keys.sorted()
        // A container that never ran may not be in its networks yet.
        set("networks", networks.isEmpty ? [mode] : networks, wanted.network.names)
        set("ports", Self.ports(host.portBindings ?? [:]), wanted.ports.map { Self.port($0.argument) })
        let hostname = seen.config.hostname
        if let wantedName = wanted.hostname {
            text("hostname", hostname, wantedName)
        } else if wanted.network != .host, !hostname.isEmpty, !seen.id.hasPrefix(hostname) {
            difference.note("hostname", from: hostname, to: "made up by Docker")
        }
    }

    private static func ports(_ bindings: [String: [InspectedContainer.HostConfig.PortBinding]?]) -> [String]
    {
        bindings.flatMap { port, hosts in
            (hosts ?? []).map { host in
                let address = host.address ?? ""
                let prefix =
                    address.isEmpty || address == "0.0.0.0" || address == "::" ? "" : bracketed(address) + ":"
                return Self.port("\(prefix)\(host.port ?? ""):\(port)")
            }
        }
    }

    private static func bracketed(_ address: String) -> String {
        address.contains(":") ? "[\(address)]" : address
    }

    /// All addresses are the same as none; TCP goes without saying.
    private static func port(_ text: String) -> String {
        var text = text
        if text.hasPrefix("0.0.0.0:") { text.removeFirst(8) }
        return text.hasSuffix("/tcp") ? String(text.dropLast(4)) : text
    }
}
