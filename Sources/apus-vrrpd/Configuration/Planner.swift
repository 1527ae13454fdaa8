import CLinux
import KeepalivedConfiguration
import VRRP

/// Turns a configuration into a plan, and gathers what this agent or this machine cannot do.
struct Planner {
    private let configuration: Configuration
    /// Whether programs that are missing are left out with a warning, as keepalived does.
    private let isLenient: Bool
    private(set) var errors: [ConfigurationError] = []
    private(set) var warnings: [ConfigurationError] = []

    init(_ configuration: Configuration, isLenient: Bool) {
        self.configuration = configuration
        self.isLenient = isLenient
    }

    /// Only of use while `errors` stays empty.
    mutating func plan(sources: [UInt8]) -> Plan {
        // The same for all instances: the configuration was checked for that.
        let interval = configuration.instances.first?.gratuitousARP.interval ?? .zero
        var plan = Plan.none
        plan.announcementInterval = interval
        plan.sources = sources
        for script in configuration.scripts {
            if let check = check(script) { plan.checks.append(check) }
        }
        plan.processes = configuration.processes.map {
            Plan.Process(name: $0.name, process: $0.process, quorum: $0.quorum)
        }
        for instance in configuration.instances {
            if let planned = self.instance(instance, in: &plan) { plan.instances.append(planned) }
        }
        for server in configuration.virtualServers {
            if let service = service(server, checks: &plan.checks) { plan.services.append(service) }
        }
        for group in configuration.syncGroups { plan.groups.append(self.group(group, of: plan.instances)) }
        return plan
    }

    private mutating func refuse(_ message: Message, at location: Location) {
        errors.append(ConfigurationError(message.text, at: location))
    }

    private mutating func instance(
        _ instance: KeepalivedConfiguration.Instance,
        in plan: inout Plan
    ) -> Plan.Instance? {
        guard let virtualRouter = VirtualRouterID(instance.virtualRouterID) else {
            refuse("virtual_router_id must be within 1…255", at: instance.location)
            return nil
        }
        let tracked = distinguished(
            trackedScripts(of: instance, among: plan.checks) + trackedProcesses(of: instance)
                + trackedInterfaces(of: instance, among: &plan.interfaces)
        )
        let isGrouped = configuration.syncGroups.contains { group in
            group.members.contains { $0.isSame(as: instance.name) }
        }
        let device = instance.virtualInterface ?? instance.interface
        // Unicast comes to the MAC address of the interface below, so keepalived sets this too.
        let usesBase = instance.virtualMAC?.advertisesFromBase ?? false || !instance.unicastPeers.isEmpty
        let advertised = addresses(instance.virtualAddresses, on: device)
        return Plan.Instance(
            name: instance.name,
            interface: instance.interface,
            virtualInterface: instance.virtualInterface,
            wire: usesBase ? instance.interface : device,
            settings: VirtualRouter.Settings(
                version: instance.version == .v3 ? .v3 : .v2,
                virtualRouter: virtualRouter,
                priority: Priority(instance.priority),
                interval: instance.advertisementInterval,
                authentication: authentication(of: instance),
                addresses: advertised.map { $0.address.address },
                unicastPeers: instance.unicastPeers.compactMap { peer in
                    IPAddress(bytes: peer.address.bytes).map { .init($0, hopLimits: peer.hopLimits) }
                },
                checksumCoversPseudoHeader: instance.checksumCoversPseudoHeader,
                // As in keepalived, `state MASTER` does without both.
                preempts: !instance.noPreempt || instance.initialState == .master,
                preemptDelay: instance.initialState == .master ? .zero : instance.preemptDelay,
                announcements: VirtualRouter.Announcements(
                    burst: instance.gratuitousARP.repeat,
                    secondBurstAfter: instance.gratuitousARP.delay,
                    refresh: instance.gratuitousARP.refresh,
                    refreshBurst: instance.gratuitousARP.refreshRepeat
                ),
                trackers: tracked.map { $0.tracker } + [Agent.handOver],
                isGrouped: isGrouped
            ),
            addresses: advertised + addresses(instance.excludedAddresses, on: device),
            routes: instance.virtualRoutes.compactMap { route($0, of: instance) },
            // The owner's addresses are the machine's own.
            accepts: instance.accepts || Priority(instance.priority) == .owner,
            tracksInterface: instance.tracksInterface,
            source: (instance.unicastSource ?? instance.multicastSource).flatMap {
                IPAddress(bytes: $0.bytes)
            },
            tracked: tracked.map { $0.tracked },
            notifications: notifications(instance.notifications, of: instance.name, at: instance.location)
        )
    }

    private mutating func group(
        _ group: KeepalivedConfiguration.SyncGroup,
        of instances: [Plan.Instance]
    ) -> Plan.Group {
        Plan.Group(
            name: group.name,
            members: instances.indices.filter { index in
                group.members.contains { $0.isSame(as: instances[index].name) }
            },
            notifications: notifications(group.notifications, of: group.name, at: group.location)
        )
    }

    private typealias Tracking = (tracker: VirtualRouter.Tracker, tracked: Plan.Tracked)

    /// One that is not among the checks has been reported where it is defined.
    private func trackedScripts(
        of instance: KeepalivedConfiguration.Instance,
        among checks: [Plan.Check]
    ) -> [Tracking] {
        var tracked: [Tracking] = []
        for reference in instance.trackedScripts {
            guard let script = configuration.script(named: reference.name),
                let index = checks.firstIndex(where: { $0.name.isSame(as: reference.name) })
            else { continue }
            tracked.append(tracking(.check(index), script.name, reference, script.weight, script.reverse))
        }
        return tracked
    }

    private func trackedProcesses(of instance: KeepalivedConfiguration.Instance) -> [Tracking] {
        let processes = configuration.processes
        var tracked: [Tracking] = []
        for reference in instance.trackedProcesses {
            guard let index = processes.firstIndex(where: { $0.name.isSame(as: reference.name) }) else {
                continue
            }
            let process = processes[index]
            tracked.append(
                tracking(.process(index), process.name, reference, process.weight, process.reverse)
            )
        }
        return tracked
    }

    private func trackedInterfaces(
        of instance: KeepalivedConfiguration.Instance,
        among interfaces: inout [String]
    ) -> [Tracking] {
        var tracked: [Tracking] = []
        for reference in instance.trackedInterfaces {
            let known = interfaces.firstIndex { $0.isSame(as: reference.name) }
            let index = known ?? interfaces.count
            if known == nil { interfaces.append(reference.name) }
            tracked.append(tracking(.interface(index), reference.name, reference, 0, false))
        }
        return tracked
    }

    /// Tells trackers of one name apart: by it a reload and Prometheus know them.
    private func distinguished(_ all: [Tracking]) -> [Tracking] {
        var distinguished: [Tracking] = []
        for var tracking in all {
            let name = tracking.tracker.name
            let isTaken = distinguished.contains { $0.tracker.name.isSame(as: name) }
            if isTaken || name.isSame(as: Agent.handOver.name) {
                tracking.tracker.name += " (\(tracking.tracked.source.kind))"
            }
            distinguished.append(tracking)
        }
        return distinguished
    }

    /// - Parameters:
    ///   - weight: where the reference has none of its own.
    ///   - reverse: likewise.
    private func tracking(
        _ source: Plan.Source,
        _ name: String,
        _ reference: Tracked,
        _ weight: Int,
        _ reverse: Bool
    ) -> Tracking {
        (
            VirtualRouter.Tracker(name: name, weight: reference.weight ?? weight),
            Plan.Tracked(source: source, isReversed: reference.reverse ?? reverse)
        )
    }

    private func authentication(of instance: KeepalivedConfiguration.Instance) -> VRRP.Authentication {
        switch instance.authentication {
        case .none: .none
        case .pass(let password): .password(VRRP.Password(password.reveal()))
        }
    }

    private func addresses(_ entries: [VirtualAddress], on interface: String) -> [Plan.Address] {
        var planned: [Plan.Address] = []
        for entry in entries {
            guard let address = IPAddress(bytes: entry.address.bytes) else { continue }
            planned.append(
                Plan.Address(
                    address: InterfaceAddress(address: address, prefixLength: entry.prefixLength),
                    device: entry.device ?? interface,
                    label: entry.label,
                    broadcast: broadcast(of: entry, address),
                    scope: entry.scope
                )
            )
        }
        return planned
    }

    private func broadcast(of entry: VirtualAddress, _ address: IPAddress) -> IPv4Address? {
        switch entry.broadcast {
        case nil: return nil
        case .computed?:
            guard case .v4(let address) = address else { return nil }
            // A mask of 32 bits leaves no host bit to set.
            let hostBits = entry.prefixLength >= 32 ? 0 : UInt32.max >> UInt32(entry.prefixLength)
            return IPv4Address(address.rawValue | hostBits)
        case .address(let broadcast)?:
            guard case .v4(let broadcast)? = IPAddress(bytes: broadcast.bytes) else { return nil }
            return broadcast
        }
    }

    /// A check whose program is missing would never fail over: keepalived disables it, here it is an error.
    private mutating func check(_ script: Script) -> Plan.Check? {
        let program = self.program(
            script.command,
            script.user,
            "vrrp_script \(script.name)",
            at: script.location
        )
        guard let program else { return nil }
        return Plan.Check(
            name: script.name,
            probe: .program(program),
            settings: PeriodicCheck.Settings(
                interval: script.interval,
                timeout: script.timeout,
                rise: script.rise,
                fall: script.fall,
                initiallyFails: script.initFail
            )
        )
    }

    private mutating func notifications(
        _ wanted: KeepalivedConfiguration.Notifications,
        of name: String,
        at location: Location
    ) -> Plan.Notifications {
        Plan.Notifications(
            master: notification("notify_master", wanted.master, of: name, at: location),
            backup: notification("notify_backup", wanted.backup, of: name, at: location),
            fault: notification("notify_fault", wanted.fault, of: name, at: location),
            stop: notification("notify_stop", wanted.stop, of: name, at: location),
            any: notification("notify", wanted.any, of: name, at: location)
        )
    }

    mutating func notification(
        _ keyword: String,
        _ script: NotifyScript?,
        of name: String,
        at location: Location
    ) -> Plan.Program? {
        guard let script else { return nil }
        return program(
            script.command,
            script.user,
            "\(keyword) of \(name)",
            at: location
        )
    }

    mutating func program(
        _ command: [String],
        _ user: ScriptUser?,
        _ what: String,
        at location: Location
    ) -> Plan.Program? {
        do throws(SystemError) {
            let path = try Program.find(command.first ?? "")
            var identity = Program.User.usual
            let isSecure = configuration.globals.enableScriptSecurity
            if let user = user ?? configuration.globals.scriptUser {
                identity = try Program.User(named: user.user, group: user.group)
            } else if isSecure, identity == nil {
                // Not root, as in keepalived.
                identity = try Program.User(named: Program.User.usualName, group: nil)
            }
            let isChecked = isSecure || linux_is_root() == 1
            if isChecked, identity.map({ $0.id == 0 }) ?? true {
                try FileReader.requireOnlyRootChanges(path, "run \(path)")
            }
            return Plan.Program(arguments: [path] + command.dropFirst(), user: identity)
        } catch {
            let message: Message = "\(what): \(error.description)"
            if isLenient {
                warnings.append(
                    ConfigurationError("\(message.text); left out, as keepalived does", at: location)
                )
            } else {
                refuse(message, at: location)
            }
            return nil
        }
    }
}
