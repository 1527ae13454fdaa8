import CLinux
import VRRP

/// What ip_vs is told: a command for a service, or for one of its destinations.
struct IPVSChange: Equatable {
    var command: Int32
    var service: IPVSService
    var destination: IPVSService.Destination?

    /// What makes services the wanted ones. New destinations come before old ones go: some can always be reached.
    static func changes(from old: [IPVSService], to new: [IPVSService]) -> [IPVSChange] {
        var changes: [IPVSChange] = []
        for service in old where !new.contains(where: { $0.key == service.key }) {
            changes.append(IPVSChange(command: LINUX_IPVS_CMD_DEL_SERVICE, service: service))
        }
        for service in new {
            let known = old.first { $0.key == service.key }
            if known == nil {
                changes.append(IPVSChange(command: LINUX_IPVS_CMD_NEW_SERVICE, service: service))
            } else if let known, !known.hasSettings(of: service) {
                changes.append(IPVSChange(command: LINUX_IPVS_CMD_SET_SERVICE, service: service))
            }
            addDestinations(of: service, known: known?.destinations ?? [], to: &changes)
        }
        return changes
    }

    private static func addDestinations(
        of service: IPVSService,
        known: [IPVSService.Destination],
        to changes: inout [IPVSChange]
    ) {
        for destination in service.destinations where !known.contains(destination) {
            let isKnown = known.contains { $0.isAt(destination) }
            let command = isKnown ? LINUX_IPVS_CMD_SET_DEST : LINUX_IPVS_CMD_NEW_DEST
            changes.append(IPVSChange(command: command, service: service, destination: destination))
        }
        for destination in known where !service.destinations.contains(where: { $0.isAt(destination) }) {
            let change = IPVSChange(
                command: LINUX_IPVS_CMD_DEL_DEST,
                service: service,
                destination: destination
            )
            changes.append(change)
        }
    }

    /// The message's attributes.
    var attributes: [UInt8] {
        let destination = destination.map { attribute(LINUX_IPVS_CMD_ATTR_DEST, $0.attributes) }
        return attribute(LINUX_IPVS_CMD_ATTR_SERVICE, service.attributes) + (destination ?? [])
    }

    /// For people.
    var description: String {
        let verb =
            switch command {
            case LINUX_IPVS_CMD_NEW_SERVICE, LINUX_IPVS_CMD_NEW_DEST: "add"
            case LINUX_IPVS_CMD_SET_SERVICE, LINUX_IPVS_CMD_SET_DEST: "change"
            default: "remove"
            }
        let target = destination.map { "\($0.address.description(port: $0.port)) of " } ?? ""
        return
            "\(verb) \(target)\(service.key.name) (\(String(decoding: service.scheduler, as: UTF8.self))) in ip_vs"
    }
}

extension IPVSService {
    fileprivate func hasSettings(of other: IPVSService) -> Bool {
        scheduler == other.scheduler && flags == other.flags && timeout == other.timeout
            && netmask == other.netmask
    }
}

extension IPVSService.Destination {
    fileprivate func isAt(_ other: IPVSService.Destination) -> Bool {
        address == other.address && port == other.port
    }
}
