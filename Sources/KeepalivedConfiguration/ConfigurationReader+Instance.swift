extension ConfigurationReader {
    private static let instanceKeywords: [Keyword] =
        [
            .value("state"), .value("interface"), .value("virtual_router_id"), .value("priority"),
            .value("advert_int"), .value("version"), .block("authentication"), .block("virtual_ipaddress"),
            .block("track_script"), .flag("nopreempt"), .flag("preempt"), .value("preempt_delay"),
            .value("garp_master_delay"), .value("garp_master_repeat"), .value("garp_master_refresh"),
            .value("garp_master_refresh_repeat"), .block("unicast_peer"), .value("unicast_src_ip"),
            .value("mcast_src_ip"), .value("notify_master", 1...3), .value("notify_backup", 1...3),
            .value("notify_fault", 1...3), .value("notify_stop", 1...3), .value("notify", 1...3),
            .block("track_process"), .block("track_interface"), .flag("dont_track_primary"),
            .block("virtual_ipaddress_excluded"), .block("virtual_routes"), .value("use_vmac", 0...1),
            .flag("vmac_xmit_base"),
            .flag("accept"), .flag("no_accept"), .flag("v3_checksum_as_v2"), .value("strict_mode", 0...1),
            .ignored("lvs_sync_daemon_interface", 1...1),
            .ignored("skip_check_adv_addr", 0...1), .ignored("debug", 0...1),
            .ignored("native_ipv6"), .ignored("smtp_alert", 0...1),
        ]
        + Keyword.unsupported([
            "virtual_rules", "track_file", "track_bfd", "track_src_ip",
            "use_vmac_addr", "use_ipvlan", "promote_secondaries", "lvs_sync_daemon",
            "higher_prio_send_advert", "lower_prio_no_advert",
            "garp_lower_prio_repeat", "garp_lower_prio_delay", "down_timer_adverts", "check_unicast_src",
            "linkbeat_interfaces", "linkbeat_use_polling", "kernel_rx_buf_size", "old_unicast_checksum",
            "checksum_compatibility", "notify_deleted", "notify_priority_changes",
            "notify_master_rx_lower_pri", "unicast_fault_no_peer", "rogue_sync", "evip_other_family",
            "thread_timer_expired", "track_interfaces", "garp_interval", "gna_interval", "unicast_ttl",
        ])

    mutating func readInstance(_ block: Statement) -> Instance {
        let place = block.keyword.location
        var instance = Instance(name: text(block), interface: "", virtualRouterID: 0, virtualAddresses: [])
        instance.location = place
        instance.gratuitousARP = defaults.gratuitousARP
        var draft = InstanceDraft()
        let errors = diagnostics.errors.count
        let statements = StatementParser(keywords: Self.instanceKeywords, context: "in vrrp_instance")
            .parse(block.block, &diagnostics)
        for statement in statements {
            if draft.isRepeated(statement.keyword) {
                let message: Message = "'\(statement.keyword.text)' is set a second time; this one counts"
                diagnostics.warning(message, at: statement.keyword.location)
            }
            read(statement, into: &instance, &draft)
        }
        finish(&instance, &draft, hasErrors: diagnostics.errors.count > errors)
        return instance
    }

    /// What decides only once the whole block is read.
    struct InstanceDraft {
        var priority: UInt8?
        var version: Instance.Version?
        var interval: (microseconds: Int64, location: Location)?
        var noPreempt: Location?
        var preemptDelay: Location?
        var authentication: Location?
        var advertisesFromBase: Location?
        /// Of `accept` or `no_accept`.
        var accept: Location?
        var isStrict: Bool?
        private var seen: [[UInt8]] = []

        mutating func isRepeated(_ keyword: Token) -> Bool {
            if seen.contains(where: { $0 == keyword.bytes }) { return true }
            seen.append(keyword.bytes)
            return false
        }
    }

    private mutating func read(
        _ statement: Statement,
        into instance: inout Instance,
        _ draft: inout InstanceDraft
    ) {
        switch statement.keyword {
        case "state": instance.initialState = state(statement) ?? instance.initialState
        case "interface": instance.interface = text(statement)
        case "virtual_router_id":
            if let number = integer(statement, 1...255) { instance.virtualRouterID = UInt8(number) }
        case "priority":
            // The default of an instance whose priority is wrong, in keepalived too.
            draft.priority = UInt8(integer(statement, 1...255) ?? 100)
        case "advert_int": readInterval(statement, &draft)
        case "version": draft.version = version(statement)
        case "authentication":
            draft.authentication = statement.keyword.location
            instance.authentication = authentication(statement)
        case "virtual_ipaddress": instance.virtualAddresses += virtualAddresses(statement.block)
        case "virtual_ipaddress_excluded":
            instance.excludedAddresses += virtualAddresses(statement.block)
        case "virtual_routes": instance.virtualRoutes += virtualRoutes(statement.block)
        case "track_script": instance.trackedScripts += tracked(statement.block)
        case "track_process": instance.trackedProcesses += tracked(statement.block)
        case "track_interface": instance.trackedInterfaces += tracked(statement.block)
        case "dont_track_primary": instance.tracksInterface = false
        case "use_vmac": instance.virtualMAC = VirtualMAC(interface: statement.arguments.first?.text)
        case "vmac_xmit_base": draft.advertisesFromBase = statement.keyword.location
        case "v3_checksum_as_v2": instance.checksumCoversPseudoHeader = false
        case "accept", "no_accept":
            draft.accept = statement.keyword.location
            instance.accepts = statement.keyword.bytes.first == UInt8(ascii: "a")
        case "strict_mode": draft.isStrict = boolean(statement, "on or off")
        case "nopreempt": draft.noPreempt = statement.keyword.location
        case "preempt": draft.noPreempt = nil
        case "preempt_delay":
            draft.preemptDelay = statement.keyword.location
            instance.preemptDelay = seconds(statement, 0...1000) ?? .zero
        case "unicast_peer": instance.unicastPeers += unicastPeers(statement.block)
        case "unicast_src_ip": instance.unicastSource = address(statement.arguments.first)
        case "mcast_src_ip": instance.multicastSource = address(statement.arguments.first)
        case "notify_master", "notify_backup", "notify_fault", "notify_stop", "notify":
            readNotification(statement, into: &instance.notifications)
        default: readGratuitousARP(statement, into: &instance.gratuitousARP)
        }
    }

    private mutating func state(_ statement: Statement) -> Instance.State? {
        guard let argument = statement.arguments.first else { return nil }
        switch argument {
        case "MASTER": return .master
        case "BACKUP": return .backup
        case "SLAVE":
            diagnostics.warning("'SLAVE' is taken for BACKUP", at: argument.location)
            return .backup
        default:
            diagnostics.tolerable(
                "'state' wants MASTER or BACKUP, found '\(argument.text)'",
                at: argument.location,
                suggestion: nearest(to: argument.bytes.map(upper), among: ["MASTER", "BACKUP"])
            )
            return nil
        }
    }

    private func upper(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte & 0xDF : byte
    }

    private mutating func readInterval(_ statement: Statement, _ draft: inout InstanceDraft) {
        guard let argument = statement.arguments.first else { return }
        if let value = parseMicroseconds(argument.bytes), (10_000...255_000_000).contains(value) {
            draft.interval = (value, argument.location)
            return
        }
        refuse(argument, of: statement.keyword, "seconds from 0.01 to 255")
    }

    private mutating func authentication(_ block: Statement) -> Instance.Authentication {
        let keywords: [Keyword] =
            [.value("auth_type"), .value("auth_pass")] + Keyword.unsupported(["auth_hmac", "auth_key"])
        let statements = StatementParser(keywords: keywords, context: "in authentication")
            .parse(block.block, &diagnostics)
        let errors = diagnostics.errors.count
        var hasType = false
        var password: Password?
        for statement in statements {
            guard let argument = statement.arguments.first else { continue }
            switch statement.keyword {
            case "auth_type":
                hasType = true
                switch argument {
                case "PASS", "pass": break
                case "AH", "ah":
                    diagnostics.error(
                        "'auth_type AH' is not supported by this agent yet",
                        at: argument.location
                    )
                default:
                    diagnostics.error(
                        "'auth_type' wants PASS, found '\(argument.text)'",
                        at: argument.location
                    )
                }
            default:
                password = Password(argument.bytes)
                if argument.bytes.isEmpty { diagnostics.error("'auth_pass' is empty", at: argument.location) }
                if argument.bytes.count > 8 {
                    diagnostics.warning(
                        "only the first 8 bytes of 'auth_pass' count (RFC 2338); this one has \(argument.bytes.count)",
                        at: argument.location
                    )
                }
            }
        }
        if let password, hasType { return .pass(password) }
        if diagnostics.errors.count == errors {
            let missing = hasType ? "auth_pass" : "auth_type"
            diagnostics.error("'authentication' has no '\(missing)'", at: block.keyword.location)
        }
        return .none
    }

    private mutating func finish(_ instance: inout Instance, _ draft: inout InstanceDraft, hasErrors: Bool) {
        let place = instance.location
        if instance.interface.utf8.isEmpty { instance.interface = defaults.interface ?? "" }
        instance.priority = draft.priority ?? (instance.initialState == .master ? 255 : 100)
        instance.version = draft.version ?? (instance.isIPv6 ? .v3 : defaults.version ?? .v2)
        if let (microseconds, location) = draft.interval {
            instance.advertisementInterval = interval(microseconds, for: instance.version, at: location)
        }
        if draft.isStrict ?? defaults.isStrict { applyStrictMode(to: &instance, &draft) }
        if let location = draft.authentication, instance.version == .v3 {
            diagnostics.tolerable("VRRP version 3 has no authentication (RFC 9568 §9)", at: location)
            instance.authentication = .none
        }
        if let location = draft.noPreempt {
            if instance.initialState == .master {
                diagnostics.warning("'nopreempt' has no effect with 'state MASTER'; use BACKUP", at: location)
            } else if instance.priority == 255 {
                diagnostics.warning("'nopreempt' has no effect with priority 255", at: location)
            } else {
                instance.noPreempt = true
            }
        }
        if let location = draft.preemptDelay, instance.initialState == .master || instance.noPreempt {
            let cause = instance.noPreempt ? "'nopreempt'" : "'state MASTER'; use BACKUP"
            diagnostics.warning("'preempt_delay' has no effect with \(cause)", at: location)
            instance.preemptDelay = .zero
        }
        if let location = draft.advertisesFromBase {
            if instance.virtualMAC == nil {
                diagnostics.warning("'vmac_xmit_base' has no effect without 'use_vmac'", at: location)
            }
            instance.virtualMAC?.advertisesFromBase = true
        }
        guard !hasErrors else { return }
        let name = instance.name
        if instance.interface.utf8.isEmpty {
            diagnostics.error("vrrp_instance '\(name)' has no 'interface'", at: place)
        }
        if instance.virtualRouterID == 0 {
            diagnostics.error("vrrp_instance '\(name)' has no 'virtual_router_id'", at: place)
        }
        if instance.virtualAddresses.isEmpty {
            diagnostics.error("vrrp_instance '\(name)' has no 'virtual_ipaddress'", at: place)
        }
    }

    /// Version 2 counts whole seconds, version 3 hundredths in 12 bits.
    private mutating func interval(
        _ microseconds: Int64,
        for version: Instance.Version,
        at location: Location
    ) -> Duration {
        let unit: Int64 = version == .v2 ? 1_000_000 : 10_000
        let rounded = max(unit, (microseconds + unit / 2) / unit * unit)
        if version == .v3, rounded > 40_950_000 {
            diagnostics.error("'advert_int' of version 3 is at most 40.95 seconds", at: location)
        } else if rounded != microseconds {
            let text = secondsText(.microseconds(rounded))
            diagnostics.warning(
                "'advert_int' is rounded to \(text) s, as version \(version.rawValue) of VRRP sends it",
                at: location
            )
        }
        return .microseconds(rounded)
    }
}
