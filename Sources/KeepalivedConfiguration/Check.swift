/// The rules that a whole configuration keeps, wherever it came from.
struct Check {
    var diagnostics = Diagnostics()

    /// The kernel's IFNAMSIZ without its final zero.
    private static let longestInterfaceName = 15

    mutating func script(_ script: Script) {
        let place = script.location
        let name = "vrrp_script '\(script.name)'"
        if script.name.utf8.isEmpty { diagnostics.error("a vrrp_script has no name", at: place) }
        if script.command.first?.utf8.isEmpty ?? true {
            diagnostics.error("\(name) has no command", at: place)
        }
        if !(-253...253).contains(script.weight) {
            diagnostics.error("\(name): the weight goes from -253 to 253, found \(script.weight)", at: place)
        }
        if script.interval <= .zero || script.interval > .seconds(86_400) {
            diagnostics.error("\(name): the interval must be above 0 and at most 86400 s", at: place)
        }
        if script.timeout <= .zero || script.timeout > .seconds(86_400) {
            diagnostics.error("\(name): the timeout must be above 0 and at most 86400 s", at: place)
        }
        if !(1...1000).contains(script.rise) || !(1...1000).contains(script.fall) {
            diagnostics.error("\(name): rise and fall go from 1 to 1000", at: place)
        }
    }

    mutating func process(_ process: WatchedProcess) {
        let name = "vrrp_track_process '\(process.name)'"
        if process.name.utf8.isEmpty {
            diagnostics.error("a vrrp_track_process has no name", at: process.location)
        }
        processName(process, of: name)
        if !WatchedProcess.quorums.contains(process.quorum) {
            diagnostics.error(
                "\(name): the quorum goes from 1 to \(WatchedProcess.quorums.upperBound), found \(process.quorum)",
                at: process.location
            )
        }
        if !(-253...253).contains(process.weight) {
            diagnostics.error(
                "\(name): the weight goes from -253 to 253, found \(process.weight)",
                at: process.location
            )
        }
    }

    private mutating func processName(_ process: WatchedProcess, of name: String) {
        if process.process.utf8.isEmpty {
            diagnostics.error("\(name) has no process to watch", at: process.location)
        } else if process.process.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0.isBlank }) {
            diagnostics.error(
                "\(name): '\(process.process)' must be the program's file name, without its folder and arguments",
                at: process.location
            )
        }
    }

    mutating func instance(_ instance: Instance) {
        let place = instance.location
        let name = "vrrp_instance '\(instance.name)'"
        if instance.name.utf8.isEmpty { diagnostics.error("a vrrp_instance has no name", at: place) }
        interfaceName(instance.interface, of: name, at: place)
        if instance.virtualRouterID == 0 {
            diagnostics.error("\(name): the virtual router ID goes from 1 to 255", at: place)
        }
        if instance.priority == 0 {
            diagnostics.error("\(name): the priority goes from 1 to 255", at: place)
        }
        interval(instance, of: name)
        if case .pass = instance.authentication, instance.version == .v3 {
            diagnostics.error("\(name): VRRP version 3 has no authentication (RFC 9568 §9)", at: place)
        }
        if instance.noPreempt, instance.initialState == .master || instance.priority == 255 {
            diagnostics.error("\(name): 'nopreempt' needs 'state BACKUP' and a priority below 255", at: place)
        }
        if instance.preemptDelay != .zero, instance.initialState == .master || instance.noPreempt {
            diagnostics.error("\(name): 'preempt_delay' needs 'state BACKUP' without 'nopreempt'", at: place)
        }
        if instance.preemptDelay < .zero || instance.preemptDelay > .seconds(1000) {
            diagnostics.error("\(name): 'preempt_delay' goes from 0 to 1000 s", at: place)
        }
        gratuitousARP(instance.gratuitousARP, of: name, at: place)
        addresses(instance, of: name)
        routes(instance, of: name)
        for tracked in instance.trackedInterfaces {
            interfaceName(tracked.name, of: name, at: tracked.location)
        }
        if let interface = instance.virtualMAC?.interface { interfaceName(interface, of: name, at: place) }
    }

    private mutating func interfaceName(_ text: String, of name: String, at place: Location) {
        let bytes = Array(text.utf8)
        if bytes.isEmpty {
            diagnostics.error("\(name) has no interface", at: place)
        } else if bytes.count > Self.longestInterfaceName {
            let message: Message =
                "\(name): '\(text)' is too long for an interface (\(Self.longestInterfaceName) bytes)"
            diagnostics.error(message, at: place)
        } else if bytes.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "/") }) {
            diagnostics.error("\(name): '\(text)' is no name of an interface", at: place)
        }
    }

    private mutating func gratuitousARP(_ settings: GratuitousARP, of name: String, at place: Location) {
        if !(1...100).contains(settings.repeat) || !(1...100).contains(settings.refreshRepeat) {
            diagnostics.error("\(name): gratuitous ARP is repeated 1 to 100 times", at: place)
        }
        let times = [settings.delay, settings.refresh, settings.interval]
        if times.contains(where: { $0 < .zero || $0 > .seconds(86_400) }) {
            diagnostics.error("\(name): times of gratuitous ARP go from 0 to 86400 s", at: place)
        }
    }

    private mutating func interval(_ instance: Instance, of name: String) {
        let interval = microseconds(instance.advertisementInterval)
        let (unit, longest): (Int64, Int64) =
            instance.version == .v2 ? (1_000_000, 255_000_000) : (10_000, 40_950_000)
        if interval < unit || interval > longest || interval % unit != 0 {
            diagnostics.error(
                "\(name): version \(instance.version.rawValue) advertises every \(text(unit)) to "
                    + "\(text(longest)) s, in steps of \(text(unit)) s",
                at: instance.location
            )
        }
    }

    /// What is finer than a microsecond does not count as a whole step either.
    private func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, seconds < 1_000_000, attoseconds % 1_000_000_000_000 == 0 else { return -1 }
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }

    private func text(_ microseconds: Int64) -> String { secondsText(.microseconds(microseconds)) }

    private mutating func addresses(_ instance: Instance, of name: String) {
        let addresses = instance.virtualAddresses
        guard let first = addresses.first else {
            return diagnostics.error("\(name) has no virtual address", at: instance.location)
        }
        if addresses.count > 255 {
            diagnostics.error(
                "\(name): at most 255 virtual addresses fit an advertisement",
                at: instance.location
            )
        }
        if first.address.isIPv6, instance.version == .v2 {
            diagnostics.error("\(name): VRRP version 2 has no IPv6; use 'version 3'", at: first.location)
        }
        for entry in addresses where entry.address.isIPv6 != first.address.isIPv6 {
            diagnostics.error(
                "\(name) mixes IPv4 and IPv6 addresses; make an instance for each, or exclude some",
                at: entry.location
            )
        }
        var seen: [Address] = []
        for entry in addresses + instance.excludedAddresses {
            if seen.contains(entry.address) {
                diagnostics.error("\(name): \(entry.address) is listed twice", at: entry.location)
            }
            seen.append(entry.address)
            if entry.prefixLength > (entry.address.isIPv6 ? 128 : 32) {
                diagnostics.error(
                    "\(name): /\(entry.prefixLength) is too long for a prefix",
                    at: entry.location
                )
            }
            if let device = entry.device { interfaceName(device, of: name, at: entry.location) }
            if let label = entry.label { interfaceName(label, of: name, at: entry.location) }
        }
        for peer in instance.unicastPeers.map({ $0.address })
            + [instance.unicastSource, instance.multicastSource].compactMap({ $0 })
        where peer.isIPv6 != first.address.isIPv6 {
            diagnostics.error(
                "\(name): \(peer) is of another address family than the virtual addresses",
                at: instance.location
            )
        }
    }

    private mutating func routes(_ instance: Instance, of name: String) {
        for route in instance.virtualRoutes {
            if route.prefixLength > (route.destination.isIPv6 ? 128 : 32) {
                diagnostics.error(
                    "\(name): /\(route.prefixLength) is too long for a prefix",
                    at: route.location
                )
            }
            for other in [route.gateway, route.source].compactMap({ $0 })
            where other.isIPv6 != route.destination.isIPv6 {
                diagnostics.error(
                    "\(name): \(other) is of another address family than the route's destination",
                    at: route.location
                )
            }
            if let device = route.device { interfaceName(device, of: name, at: route.location) }
        }
    }
}
