// Virtual servers: what is set for one holds for its real servers, and for their checks, unless they say.
extension ConfigurationReader {
    /// What a virtual server, a real server or a check may say about checks.
    struct CheckSettings {
        var interval: Duration?
        var timeout: Duration?
        var retries: Int?
        var retryDelay: Duration?
        var initiallyFails = false
        var isOnlyInhibited = false
        /// The name that HTTP requests ask for.
        var virtualHost: String?
    }

    static let checkSettings: [Keyword] = [
        .value("delay_loop"), .value("connect_timeout"), .value("retry"), .value("delay_before_retry"),
        .value("alpha", 0...1), .value("inhibit_on_failure", 0...1),
        // The first look is at once.
        .ignored("warmup", 1...1), .ignored("smtp_alert", 0...1), .ignored("snmp_name", 1...1),
    ]

    private static let serverKeywords: [Keyword] =
        checkSettings + [
            .value("lb_algo"), .value("lvs_sched"), .value("lb_kind"), .value("lvs_method"),
            .value("protocol"),
            .value("persistence_timeout", 0...1), .value("persistence_granularity"), .value("ip_family"),
            .value("quorum"),
            .value("hysteresis"),
            .value("quorum_up", 1...3), .value("quorum_down", 1...3), .value("omega", 0...1),
            .value("sorry_server", 1...2), .value("virtualhost"), .block("real_server", 1...2),
            .flag("ops"), .flag("flag-1"), .flag("flag-2"), .flag("flag-3"),
            .flag("sh-fallback"), .flag("sh-port"), .flag("mh-fallback"), .flag("mh-port"),
        ]
        + Keyword.unsupported([
            "persistence_engine", "ha_suspend",
            "sorry_server_inhibit", "sorry_server_lvs_method", "nat_mask", "syn_proxy",
        ])

    private static let realServerKeywords: [Keyword] =
        checkSettings + [
            .value("weight"), .value("notify_up", 1...3), .value("notify_down", 1...3), .value("virtualhost"),
            .block("TCP_CHECK"), .block("HTTP_GET"), .block("SSL_GET"), .block("MISC_CHECK"),
        ]
        + Keyword.unsupported([
            "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK", "PING_CHECK", "BFD_CHECK", "FILE_CHECK", "lvs_method",
            "uthreshold", "lthreshold",
        ])

    /// nil where it has no endpoint that could be used.
    mutating func readVirtualServer(_ block: Statement) -> VirtualServer? {
        let place = block.keyword.location
        let statements = StatementParser(keywords: Self.serverKeywords, context: "in virtual_server")
            .parse(block.block, &diagnostics)
        guard let traffic = traffic(block) else { return nil }
        var server = VirtualServer(
            traffic.endpoints,
            marks: traffic.marks,
            scheduler: .roundRobin,
            realServers: [],
            location: place
        )
        if case "group" = block.arguments[0] { server.group = block.arguments[1].text }
        var settings = CheckSettings()
        var hasScheduler = false
        var hasTransport = false
        for statement in statements where statement.block.isEmpty {
            switch statement.keyword {
            case "lb_algo", "lvs_sched":
                hasScheduler = true
                server.scheduler = scheduler(statement) ?? server.scheduler
            case "protocol":
                hasTransport = true
                server.transport = transport(statement) ?? server.transport
            default: read(statement, into: &server, &settings)
            }
        }
        if !hasScheduler {
            diagnostics.error("this virtual_server has no 'lb_algo'; keepalived takes wlc", at: place)
        }
        if server.endpoints.isEmpty, hasTransport {
            diagnostics.warning("'protocol' has no effect with 'fwmark', which takes TCP and UDP", at: place)
        } else if !server.endpoints.isEmpty, !hasTransport {
            diagnostics.warning("no 'protocol': taken for TCP; keepalived 2.2 takes UDP", at: place)
        }
        for statement in statements {
            guard case "real_server" = statement.keyword,
                let real = readRealServer(statement, port: server.usualPort, settings)
            else { continue }
            server.realServers.append(real)
        }
        // What its addresses, or those of its servers, say anyway.
        for statement in statements {
            guard case "ip_family" = statement.keyword, let number = choice(statement, ["inet", "inet6"]),
                (number == 1) != server.isIPv6
            else { continue }
            let message: Message = "\(server.name) is not of the family '\(statement.arguments[0].text)'"
            diagnostics.error(message, at: statement.keyword.location)
        }
        return server
    }

    private mutating func read(
        _ statement: Statement,
        into server: inout VirtualServer,
        _ settings: inout CheckSettings
    ) {
        switch statement.keyword {
        case "lb_kind", "lvs_method": server.forwarding = forwarding(statement) ?? server.forwarding
        case "ops": server.flags.insert(.onePacket)
        case "flag-1", "sh-fallback", "mh-fallback": server.flags.insert(.first)
        case "flag-2", "sh-port", "mh-port": server.flags.insert(.second)
        case "flag-3": server.flags.insert(.third)
        case "persistence_timeout":
            // The default of ipvsadm.
            server.persistence = statement.arguments.isEmpty ? .seconds(360) : time(statement)
        case "persistence_granularity": server.persistencePrefix = prefixLength(statement)
        case "quorum": server.quorum = integer(statement, 1...Check.mostWeight) ?? server.quorum
        case "hysteresis": server.hysteresis = integer(statement, 0...Check.mostWeight) ?? server.hysteresis
        case "quorum_up": server.quorumUp = notifyScript(statement)
        case "quorum_down": server.quorumDown = notifyScript(statement)
        case "omega": server.notifiesAtEnd = boolean(statement) ?? false
        case "sorry_server": server.sorryServer = endpoint(statement, port: server.usualPort)
        default: read(statement, into: &settings)
        }
    }

    mutating func read(_ statement: Statement, into settings: inout CheckSettings) {
        switch statement.keyword {
        case "delay_loop": settings.interval = time(statement) ?? settings.interval
        case "connect_timeout", "misc_timeout": settings.timeout = time(statement) ?? settings.timeout
        case "retry", "nb_get_retry": settings.retries = integer(statement, 0...1000) ?? settings.retries
        case "delay_before_retry": settings.retryDelay = time(statement) ?? settings.retryDelay
        case "alpha": settings.initiallyFails = boolean(statement) ?? false
        case "inhibit_on_failure": settings.isOnlyInhibited = boolean(statement) ?? false
        case "virtualhost": settings.virtualHost = requestPart(statement) ?? settings.virtualHost
        default: break
        }
    }

    private mutating func readRealServer(
        _ block: Statement,
        port: UInt16,
        _ defaults: CheckSettings
    ) -> RealServer? {
        guard let endpoint = endpoint(block, port: port) else { return nil }
        var server = RealServer(endpoint, location: block.keyword.location)
        var settings = defaults
        let statements = StatementParser(keywords: Self.realServerKeywords, context: "in real_server")
            .parse(block.block, &diagnostics)
        for statement in statements {
            switch statement.keyword {
            case "weight": server.weight = integer(statement, 0...Check.mostWeight) ?? server.weight
            case "notify_up": server.notifyUp = notifyScript(statement)
            case "notify_down": server.notifyDown = notifyScript(statement)
            default: read(statement, into: &settings)
            }
        }
        server.isOnlyInhibited = settings.isOnlyInhibited
        for statement in statements {
            switch statement.keyword {
            case "TCP_CHECK": server.checks.append(readConnectionCheck(statement, of: endpoint, settings))
            case "HTTP_GET": server.checks += readWebCheck(statement, of: endpoint, settings)
            case "SSL_GET":
                diagnostics.error(
                    "this agent has no TLS for 'SSL_GET': use a MISC_CHECK that runs 'curl --fail URL'",
                    at: statement.keyword.location
                )
            case "MISC_CHECK": server.checks.append(readProgramCheck(statement, settings))
            default: break
            }
        }
        return server
    }
}
