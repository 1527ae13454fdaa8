// What refers to something else, and what must differ from it.
extension Check {
    /// Checks what an instance tracks, and takes out what is not there.
    mutating func references(
        of instance: inout Instance,
        scripts: [Script],
        processes: [WatchedProcess]
    ) {
        let name = instance.name
        instance.trackedScripts = defined(
            instance.trackedScripts,
            as: "script",
            of: name,
            among: scripts.map { $0.name }
        )
        instance.trackedProcesses = defined(
            instance.trackedProcesses,
            as: "process",
            of: name,
            among: processes.map { $0.name }
        )
        for tracked in instance.trackedInterfaces { weight(of: tracked, as: "interface") }
        instance.trackedScripts = once(instance.trackedScripts, as: "script", of: name)
        instance.trackedProcesses = once(instance.trackedProcesses, as: "process", of: name)
        instance.trackedInterfaces = once(instance.trackedInterfaces, as: "interface", of: name)
    }

    private mutating func once(_ all: [Tracked], as kind: String, of instance: String) -> [Tracked] {
        var first: [Tracked] = []
        for tracked in all {
            if first.contains(where: { isSame($0.name, tracked.name) }) {
                let message: Message =
                    "vrrp_instance '\(instance)' tracks the \(kind) '\(tracked.name)' twice"
                diagnostics.tolerable(message, at: tracked.location)
            } else {
                first.append(tracked)
            }
        }
        return first
    }

    private mutating func defined(
        _ all: [Tracked],
        as kind: String,
        of instance: String,
        among names: [String]
    )
        -> [Tracked]
    {
        all.filter { tracked in
            weight(of: tracked, as: kind)
            if names.contains(where: { isSame($0, tracked.name) }) { return true }
            diagnostics.tolerable(
                "vrrp_instance '\(instance)' tracks the undefined \(kind) '\(tracked.name)'",
                at: tracked.location,
                suggestion: nearest(to: Array(tracked.name.utf8), among: names)
            )
            return false
        }
    }

    private mutating func weight(of tracked: Tracked, as kind: String) {
        if let weight = tracked.weight, !(-253...253).contains(weight) {
            diagnostics.error("the weight goes from -253 to 253, found \(weight)", at: tracked.location)
        }
        if tracked.weight == nil, tracked.reverse != nil {
            let message: Message =
                "tracked \(kind) '\(tracked.name)' has 'reverse' without a weight of its own"
            diagnostics.error(message, at: tracked.location)
        }
    }

    /// Every member is an instance, of this group alone.
    mutating func syncGroups(_ groups: [SyncGroup], instances: [Instance]) {
        for (index, group) in groups.enumerated() {
            let name = "vrrp_sync_group '\(group.name)'"
            if group.name.utf8.isEmpty {
                diagnostics.error("a vrrp_sync_group has no name", at: group.location)
            }
            if group.members.isEmpty { diagnostics.error("\(name) has no members", at: group.location) }
            if groups[..<index].contains(where: { isSame($0.name, group.name) }) {
                diagnostics.error("\(name) is defined twice", at: group.location)
            }
            for member in group.members {
                if !instances.contains(where: { isSame($0.name, member) }) {
                    diagnostics.error(
                        "\(name) has the undefined instance '\(member)'",
                        at: group.location,
                        suggestion: nearest(to: Array(member.utf8), among: instances.map { $0.name })
                    )
                }
            }
        }
        var seen: [String] = []
        for group in groups {
            for member in group.members {
                if seen.contains(where: { isSame($0, member) }) {
                    let message: Message =
                        "vrrp_sync_group '\(group.name)': '\(member)' is a member already, here or of a group above"
                    diagnostics.error(message, at: group.location)
                }
                seen.append(member)
            }
        }
    }

    /// What must differ between scripts, and between instances.
    mutating func together(scripts: [Script], processes: [WatchedProcess], instances: [Instance]) {
        for (index, script) in scripts.enumerated()
        where scripts[..<index].contains(where: { isSame($0.name, script.name) }) {
            diagnostics.error("vrrp_script '\(script.name)' is defined twice", at: script.location)
        }
        for (index, process) in processes.enumerated()
        where processes[..<index].contains(where: { isSame($0.name, process.name) }) {
            diagnostics.error("vrrp_track_process '\(process.name)' is defined twice", at: process.location)
        }
        for (index, instance) in instances.enumerated() {
            if instance.gratuitousARP.interval != instances[0].gratuitousARP.interval {
                let message: Message =
                    "'vrrp_garp_interval' holds for all instances; '\(instance.name)' has its own"
                diagnostics.error(message, at: instance.location)
            }
            for other in instances[..<index] {
                if isSame(other.name, instance.name) {
                    diagnostics.error(
                        "vrrp_instance '\(instance.name)' is defined twice",
                        at: instance.location
                    )
                } else if other.virtualRouterID == instance.virtualRouterID,
                    isSame(other.interface, instance.interface), other.version == instance.version,
                    other.isIPv6 == instance.isIPv6
                {
                    diagnostics.error(
                        "vrrp_instance '\(instance.name)' has the virtual router ID \(instance.virtualRouterID) of "
                            + "'\(other.name)' on \(instance.interface)",
                        at: instance.location
                    )
                } else if let interface = instance.virtualInterface,
                    other.virtualInterface.map({ isSame($0, interface) }) ?? false
                {
                    diagnostics.error(
                        "vrrp_instance '\(instance.name)' and '\(other.name)' would share the interface "
                            + "'\(interface)'; give one of them a name of its own: use_vmac NAME",
                        at: instance.location
                    )
                }
            }
        }
    }
}
