import HostInventory
import Provisioning

extension DockerContainer {
    public func validate() throws {
        guard DockerName.allows(name) else {
            throw ContainerSettingError(
                name,
                "a container's name has letters, digits and «_.-», and begins with neither"
            )
        }
        try ImageReference(image).validate()
        if network == .host || network == .none, !ports.isEmpty {
            throw ContainerSettingError(
                name,
                "ports cannot be published where the network is \(network.mode)"
            )
        }
        if case .named([]) = network { throw ContainerSettingError(name, "no network is named") }
        for volume in volumes where !volume.path.hasPrefix("/") {
            throw ContainerSettingError(
                name,
                "a volume's path in the container must be absolute: «\(volume.path)»"
            )
        }
        for volume in volumes where !volume.source.hasPrefix("/") && !DockerName.allows(volume.source) {
            throw ContainerSettingError(
                name,
                "a volume comes from an absolute path or has a name: «\(volume.source)»"
            )
        }
        for volume in volumes where (volume.source + volume.path).contains(":") {
            throw ContainerSettingError(name, "a volume's paths cannot have a colon: «\(volume.argument)»")
        }
        for (variable, value) in environment { try validate(variable, value) }
    }

    private func validate(_ variable: String, _ value: EnvironmentValue) throws {
        guard !variable.isEmpty, !variable.contains("="), !(variable + value.revealed).utf8.contains(0) else {
            throw ContainerSettingError(name, "«\(variable)» cannot be a variable of the environment")
        }
        guard case .secret = value else { return }
        let isWord = variable.utf8.allSatisfy {
            $0 == 0x5f || DockerName.isDigit($0) || DockerName.isLetter($0)
        }
        // A secret reaches Docker's client in its environment, and must not change what the client does.
        let isClients =
            ["PATH", "HOME", "IFS"].contains(variable) || variable.hasPrefix("DOCKER_")
            || variable.hasPrefix("LD_")
        guard isWord, !DockerName.isDigit(variable.utf8.first ?? 0x30), !isClients else {
            throw ContainerSettingError(name, "the variable «\(variable)» cannot be a secret one")
        }
    }
}

/// Why a container cannot be as it is described.
public struct ContainerSettingError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ container: String, _ reason: String) { description = "container \(container): \(reason)" }
}
