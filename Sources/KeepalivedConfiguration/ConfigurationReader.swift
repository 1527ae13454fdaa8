/// Turns the tree into the model, keyword by keyword, collecting errors.
struct ConfigurationReader {
    /// A value; doubtful where an error left a placeholder in it, so that it is not judged further.
    struct Read<Value> {
        var value: Value
        var isDoubtful: Bool
    }

    var diagnostics: Diagnostics
    private(set) var globals = Globals()
    private(set) var scripts: [Script] = []
    private(set) var processes: [WatchedProcess] = []
    private(set) var syncGroups: [SyncGroup] = []
    private(set) var instances: [Read<Instance>] = []
    private(set) var virtualServers: [VirtualServer] = []
    /// The blocks of groups, each read where a virtual server names it.
    private(set) var serverGroups: [Statement] = []
    /// Whether there is anything to do, be it with errors.
    private(set) var sawWork = false
    var defaults = InstanceDefaults()

    init(diagnostics: Diagnostics) {
        self.diagnostics = diagnostics
    }

    /// What `global_defs` says for all instances.
    struct InstanceDefaults {
        var version: Instance.Version?
        var gratuitousARP = GratuitousARP()
        var interface: String?
        var isStrict = false
    }

    private static let topLevel: [Keyword] =
        [
            .block("global_defs"), .block("vrrp_script", 1...1), .block("vrrp_track_process", 1...1),
            .block("track_process", 1...1), .block("vrrp_sync_group", 1...1), .block("vrrp_instance", 1...1),
            .block("virtual_server", 2...2), .block("virtual_server_group", 1...1),
        ]
        + Keyword.unsupported([
            "static_ipaddress", "static_routes",
            "static_rules", "vrrp_track_file", "track_file",
            "garp_group",
            "bfd_instance", "net_namespace", "net_namespace_ipvs", "namespace_with_ipsets", "instance",
            "use_pid_dir", "linkbeat_use_polling", "interface_up_down_delays", "static_track_group",
            "random_seed", "config_save_dir", "child_wait_time", "SSL",
        ])

    mutating func read(_ items: [Item]) {
        let statements = StatementParser(keywords: Self.topLevel, context: "at the top level")
            .parse(items, &diagnostics)
        sawWork = containsWork(items)
        // What these say holds above them too.
        for statement in statements {
            switch statement.keyword {
            case "global_defs": readGlobals(statement)
            case "virtual_server_group": serverGroups.append(statement)
            default: break
            }
        }
        for statement in statements {
            switch statement.keyword {
            case "vrrp_script": scripts.append(readScript(statement))
            case "vrrp_track_process", "track_process": processes.append(readProcess(statement))
            case "vrrp_sync_group": syncGroups.append(readSyncGroup(statement))
            case "vrrp_instance":
                let errors = diagnostics.errors.count
                let instance = readInstance(statement)
                instances.append(Read(value: instance, isDoubtful: diagnostics.errors.count > errors))
            case "virtual_server":
                if let server = readVirtualServer(statement) { virtualServers.append(server) }
            default: break
            }
        }
    }

    /// Whether one of the words is there at all: an instance with errors must not be called missing too.
    private func containsWork(_ items: [Item]) -> Bool {
        items.contains { item in
            guard case .word(let token) = item else { return false }
            switch token {
            case "vrrp_instance", "virtual_server": return true
            default: return false
            }
        }
    }

    private static let globalKeywords: [Keyword] =
        [
            .value("router_id"), .value("lvs_id"), .value("script_user", 1...2),
            .flag("enable_script_security"), .value("vrrp_version"), .value("default_interface"),
            .value("vrrp_garp_master_delay"), .value("vrrp_garp_master_repeat"),
            .value("vrrp_garp_master_refresh"), .value("vrrp_garp_master_refresh_repeat"),
            .value("vrrp_garp_interval"), .flag("vrrp_strict"), .ignored("vrrp_gna_interval", 1...1),
            .ignored("vrrp_skip_check_adv_addr"), .ignored("dynamic_interfaces", 0...1),
            .ignored("process_names"), .ignored("log_unknown_vrids"),
            // They tune keepalived's own processes.
            .ignored("max_auto_priority", 0...1), .ignored("vrrp_priority", 1...1), .ignored("vrrp_no_swap"),
            .ignored("vrrp_rt_priority", 1...1), .ignored("vrrp_rlimit_rttime", 1...1),
            .ignored("checker_priority", 1...1), .ignored("bfd_priority", 1...1), .ignored("use_pid_dir"),
            // Packets are always dropped by nf_tables.
            .ignored("vrrp_iptables", 0...2), .ignored("vrrp_ipsets", 0...3), .ignored("nftables", 0...1),
            .ignored("nftables_counters"),
            // A new master begins without the connections of the old one.
            .ignored("lvs_sync_daemon", 1...12),
            // The agent sends no mail.
            .ignored("notification_email"), .ignored("notification_email_from", 1...1),
            .ignored("smtp_server", 1...2), .ignored("smtp_connect_timeout", 1...1),
            .ignored("smtp_helo_name", 1...1), .ignored("smtp_alert", 0...1),
            .ignored("smtp_alert_vrrp", 0...1), .ignored("smtp_alert_checker", 0...1),
        ]
        + Keyword.unsupported([
            "vrrp_mcast_group4", "vrrp_mcast_group6",
            "vrrp_check_unicast_src",
            "vrrp_garp_lower_prio_repeat", "vrrp_garp_lower_prio_delay", "vrrp_lower_prio_no_advert",
            "vrrp_higher_prio_send_advert",
            "vrrp_notify_fifo",
            "vrrp_notify_fifo_script", "vrrp_startup_delay", "notify_fifo", "notify_fifo_script",
            "enable_dbus",
            "enable_snmp_vrrp", "enable_snmp_keepalived", "enable_snmp_checker", "enable_snmp_rfc",
            "snmp_socket", "enable_traps",
            "lvs_flush", "lvs_timeouts", "use_symlink_paths",
            "startup_script", "shutdown_script", "reload_file", "reload_time_file", "umask",
            "vrrp_netlink_cmd_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs", "vrrp_down_timer_adverts",
            "vrrp_min_garp", "default_interface_family", "lvs_notify_fifo", "instance", "net_namespace",
        ])

    private mutating func readGlobals(_ block: Statement) {
        let statements = StatementParser(keywords: Self.globalKeywords, context: "in global_defs")
            .parse(block.block, &diagnostics)
        for statement in statements {
            let keyword = statement.keyword
            switch keyword {
            case "router_id": globals.routerID = text(statement)
            case "lvs_id":
                diagnostics.warning("'lvs_id' is the old name of 'router_id'", at: keyword.location)
                globals.routerID = text(statement)
            case "script_user": globals.scriptUser = user(statement.arguments[...])
            case "enable_script_security": globals.enableScriptSecurity = true
            case "vrrp_version": defaults.version = version(statement) ?? defaults.version
            case "vrrp_strict": defaults.isStrict = true
            case "default_interface": defaults.interface = text(statement)
            case "vrrp_garp_master_delay", "vrrp_garp_master_repeat", "vrrp_garp_master_refresh",
                "vrrp_garp_master_refresh_repeat", "vrrp_garp_interval":
                var settings = defaults.gratuitousARP
                readGratuitousARP(statement, into: &settings)
                defaults.gratuitousARP = settings
            default: break
            }
        }
    }
}
