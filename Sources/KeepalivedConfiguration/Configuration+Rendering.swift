extension Configuration {
    /// The configuration as a keepalived.conf, which parses to the same values. Passwords are in it.
    public func rendered() -> String {
        var renderer = Renderer()
        renderer.globals(globals, pace: instances.first?.gratuitousARP.interval ?? .zero)
        for script in scripts { renderer.script(script) }
        for process in processes { renderer.process(process) }
        for group in syncGroups { renderer.syncGroup(group) }
        for instance in instances { renderer.instance(instance) }
        for (index, server) in virtualServers.enumerated() {
            if let group = server.group, !virtualServers[..<index].contains(where: { $0.group == group }) {
                renderer.serverGroup(group, server)
            }
            renderer.virtualServer(server)
        }
        return String(decoding: renderer.bytes, as: UTF8.self)
    }
}

struct Renderer {
    var bytes: [UInt8] = []
    private var depth = 0

    mutating func line(_ words: String...) { line(words.map { Array($0.utf8) }) }

    mutating func line(_ words: [[UInt8]]) {
        for _ in 0..<depth * 4 { bytes.append(0x20) }
        for (index, word) in words.enumerated() {
            if index > 0 { bytes.append(0x20) }
            bytes += word
        }
        bytes.append(0x0A)
    }

    mutating func open(_ words: String...) {
        if depth == 0, !bytes.isEmpty { bytes.append(0x0A) }
        line(words.map { Array($0.utf8) } + [[UInt8(ascii: "{")]])
        depth += 1
    }

    mutating func close() {
        depth -= 1
        line("}")
    }

    mutating func globals(_ globals: Globals, pace: Duration) {
        let isUsual = globals.routerID == nil && globals.scriptUser == nil && !globals.enableScriptSecurity
        guard !isUsual || pace != .zero else { return }
        open("global_defs")
        if let name = globals.routerID { line("router_id", quoted(name)) }
        if let user = globals.scriptUser { line(["script_user".bytes] + words(user)) }
        if globals.enableScriptSecurity { line("enable_script_security") }
        if pace != .zero { line("vrrp_garp_interval", secondsText(pace)) }
        close()
    }

    mutating func script(_ script: Script) {
        open("vrrp_script", quoted(script.name))
        line(["script".bytes, quote(joinCommand(script.command), always: true)])
        line("interval", secondsText(script.interval))
        if script.timeout != script.interval { line("timeout", secondsText(script.timeout)) }
        weight(script.weight, reverse: script.reverse)
        if script.rise != 1 { line("rise", "\(script.rise)") }
        if script.fall != 1 { line("fall", "\(script.fall)") }
        if script.initFail { line("init_fail") }
        if let user = script.user { line(["user".bytes] + words(user)) }
        close()
    }

    private mutating func weight(_ weight: Int, reverse: Bool) {
        guard weight != 0 || reverse else { return }
        if reverse { line("weight", "\(weight)", "reverse") } else { line("weight", "\(weight)") }
    }

    mutating func process(_ process: WatchedProcess) {
        open("vrrp_track_process", quoted(process.name))
        line("process", quoted(process.process))
        if process.quorum != 1 { line("quorum", "\(process.quorum)") }
        weight(process.weight, reverse: process.reverse)
        close()
    }

    mutating func syncGroup(_ group: SyncGroup) {
        open("vrrp_sync_group", quoted(group.name))
        open("group")
        for member in group.members { line(quoted(member)) }
        close()
        notifications(group.notifications)
        close()
    }

    mutating func instance(_ instance: Instance) {
        open("vrrp_instance", quoted(instance.name))
        line("state", instance.initialState == .master ? "MASTER" : "BACKUP")
        line("interface", quoted(instance.interface))
        line("virtual_router_id", "\(instance.virtualRouterID)")
        line("priority", "\(instance.priority)")
        line("advert_int", secondsText(instance.advertisementInterval))
        line("version", "\(instance.version.rawValue)")
        if instance.noPreempt { line("nopreempt") }
        if instance.preemptDelay != .zero { line("preempt_delay", secondsText(instance.preemptDelay)) }
        gratuitousARP(instance.gratuitousARP)
        if let source = instance.multicastSource { line("mcast_src_ip", source.description) }
        if let source = instance.unicastSource { line("unicast_src_ip", source.description) }
        if !instance.unicastPeers.isEmpty {
            open("unicast_peer")
            for peer in instance.unicastPeers { unicastPeer(peer) }
            close()
        }
        if case .pass(let password) = instance.authentication {
            open("authentication")
            line("auth_type", "PASS")
            var shown = password.reveal()
            while shown.last == 0 { shown.removeLast() }
            line(["auth_pass".bytes, quote(shown)])
            close()
        }
        virtualAddresses("virtual_ipaddress", instance.virtualAddresses)
        virtualAddresses("virtual_ipaddress_excluded", instance.excludedAddresses)
        if !instance.virtualRoutes.isEmpty {
            open("virtual_routes")
            for route in instance.virtualRoutes { virtualRoute(route) }
            close()
        }
        tracked("track_script", instance.trackedScripts)
        tracked("track_process", instance.trackedProcesses)
        tracked("track_interface", instance.trackedInterfaces)
        if !instance.tracksInterface { line("dont_track_primary") }
        if let virtualMAC = instance.virtualMAC {
            line(["use_vmac".bytes] + (virtualMAC.interface.map { [quote($0.bytes)] } ?? []))
            if virtualMAC.advertisesFromBase { line("vmac_xmit_base") }
        }
        if !instance.accepts { line("no_accept") }
        if !instance.checksumCoversPseudoHeader { line("v3_checksum_as_v2") }
        notifications(instance.notifications)
        close()
    }

    private mutating func unicastPeer(_ peer: UnicastPeer) {
        var text = peer.address.description
        let (limits, all) = (peer.hopLimits, UnicastPeer.anyHopLimit)
        if limits.lowerBound != all.lowerBound { text += " min_ttl \(limits.lowerBound)" }
        if limits.upperBound != all.upperBound { text += " max_ttl \(limits.upperBound)" }
        line(text)
    }

    private mutating func notifications(_ notifications: Notifications) {
        notify("notify_master", notifications.master)
        notify("notify_backup", notifications.backup)
        notify("notify_fault", notifications.fault)
        notify("notify_stop", notifications.stop)
        notify("notify", notifications.any)
    }

    private mutating func gratuitousARP(_ settings: GratuitousARP) {
        let usual = GratuitousARP()
        if settings.delay != usual.delay { line("garp_master_delay", secondsText(settings.delay)) }
        if settings.repeat != usual.repeat { line("garp_master_repeat", "\(settings.repeat)") }
        if settings.refresh != usual.refresh { line("garp_master_refresh", secondsText(settings.refresh)) }
        if settings.refreshRepeat != usual.refreshRepeat {
            line("garp_master_refresh_repeat", "\(settings.refreshRepeat)")
        }
    }

    private mutating func virtualAddresses(_ keyword: String, _ addresses: [VirtualAddress]) {
        guard !addresses.isEmpty else { return }
        open(keyword)
        for address in addresses { virtualAddress(address) }
        close()
    }

    private mutating func virtualAddress(_ entry: VirtualAddress) {
        var words = ["\(entry.address)/\(entry.prefixLength)".bytes]
        if let device = entry.device { words += ["dev".bytes, quote(device.bytes)] }
        if let label = entry.label { words += ["label".bytes, quote(label.bytes)] }
        switch entry.broadcast {
        case .computed: words += ["brd".bytes, "+".bytes]
        case .address(let address): words += ["brd".bytes, address.description.bytes]
        case nil: break
        }
        if entry.scope != 0 { words += ["scope".bytes, "\(entry.scope)".bytes] }
        line(words)
    }

    private mutating func virtualRoute(_ route: VirtualRoute) {
        var words = ["\(route.destination)/\(route.prefixLength)".bytes]
        func add(_ option: String, _ value: String?) {
            if let value { words += [option.bytes, quote(value.bytes)] }
        }
        add("via", route.gateway?.description)
        add("dev", route.device)
        add("src", route.source?.description)
        add("scope", route.scope.map { "\($0)" })
        add("table", route.table.map { "\($0)" })
        add("metric", route.metric.map { "\($0)" })
        line(words)
    }

    private mutating func tracked(_ keyword: String, _ all: [Tracked]) {
        guard !all.isEmpty else { return }
        open(keyword)
        for tracked in all {
            var words = [quote(tracked.name.bytes)]
            if let weight = tracked.weight {
                words += ["weight".bytes, "\(weight)".bytes]
                if let reverse = tracked.reverse { words.append((reverse ? "reverse" : "noreverse").bytes) }
            }
            line(words)
        }
        close()
    }

    mutating func notify(_ keyword: String, _ script: NotifyScript?) {
        guard let script else { return }
        let command = quote(joinCommand(script.command), always: true)
        line([keyword.bytes, command] + (script.user.map(words) ?? []))
    }

    func words(_ user: ScriptUser) -> [[UInt8]] {
        [quote(user.user.bytes)] + (user.group.map { [quote($0.bytes)] } ?? [])
    }

    func quoted(_ text: String) -> String { String(decoding: quote(text.bytes), as: UTF8.self) }

    /// The word as the lexer reads it back.
    func quote(_ word: [UInt8], always: Bool = false) -> [UInt8] {
        let isPlain =
            !word.isEmpty
            && word.allSatisfy { byte in
                !byte.isBlank && !"\n\"#!{}\\".utf8.contains(byte)
            }
        if isPlain, !always { return word }
        var quoted = [UInt8(ascii: "\"")]
        for byte in word {
            switch byte {
            case 0x0A: quoted += "\\n".bytes
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): quoted += [UInt8(ascii: "\\"), byte]
            default: quoted.append(byte)
            }
        }
        return quoted + [UInt8(ascii: "\"")]
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}
