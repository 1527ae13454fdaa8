extension Renderer {
    mutating func serverGroup(_ name: String, _ server: VirtualServer) {
        open("virtual_server_group", quoted(name))
        for endpoint in server.endpoints { line(endpoint.address.description, "\(endpoint.port)") }
        for mark in server.marks { line("fwmark", "\(mark)") }
        close()
    }

    mutating func virtualServer(_ server: VirtualServer) {
        if let group = server.group {
            open("virtual_server", "group", quoted(group))
        } else if let endpoint = server.endpoints.first {
            open("virtual_server", endpoint.address.description, "\(endpoint.port)")
        } else if let mark = server.marks.first {
            open("virtual_server", "fwmark", "\(mark)")
        }
        line("lb_algo", server.scheduler.name)
        let flags: [(VirtualServer.Flags, String)] = [
            (.onePacket, "ops"), (.first, "flag-1"), (.second, "flag-2"), (.third, "flag-3"),
        ]
        for (flag, name) in flags where server.flags.contains(flag) { line(name) }
        switch server.forwarding {
        case .translation: line("lb_kind", "NAT")
        case .directRouting: line("lb_kind", "DR")
        case .tunneling: line("lb_kind", "TUN")
        }
        if !server.endpoints.isEmpty { line("protocol", server.transport == .tcp ? "TCP" : "UDP") }
        if let persistence = server.persistence { line("persistence_timeout", secondsText(persistence)) }
        if let length = server.persistencePrefix {
            let mask = UInt32.max << (32 - UInt32(min(length, 32)))
            let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: mask >> $0) }
            let text = server.isIPv6 ? "\(length)" : Address(bytes: bytes)?.description
            line("persistence_granularity", text ?? "")
        }
        if server.quorum != 1 { line("quorum", "\(server.quorum)") }
        if server.hysteresis != 0 { line("hysteresis", "\(server.hysteresis)") }
        notify("quorum_up", server.quorumUp)
        notify("quorum_down", server.quorumDown)
        if server.notifiesAtEnd { line("omega") }
        if let sorry = server.sorryServer {
            line("sorry_server", sorry.address.description, "\(sorry.port)")
        }
        for real in server.realServers { realServer(real) }
        close()
    }

    private mutating func realServer(_ server: RealServer) {
        open("real_server", server.endpoint.address.description, "\(server.endpoint.port)")
        line("weight", "\(server.weight)")
        if server.isOnlyInhibited { line("inhibit_on_failure") }
        notify("notify_up", server.notifyUp)
        notify("notify_down", server.notifyDown)
        for check in server.checks { healthCheck(check) }
        close()
    }

    private mutating func healthCheck(_ check: HealthCheck) {
        switch check.kind {
        case .tcp(let connection):
            open("TCP_CHECK")
            self.connection(connection, timeout: check.timeout)
        case .http(let connection, let request):
            open("HTTP_GET")
            url(request)
            self.connection(connection, timeout: check.timeout)
        case .program(let command, let user):
            open("MISC_CHECK")
            line(["misc_path".bytes, quote(joinCommand(command), always: true)])
            line("misc_timeout", secondsText(check.timeout))
            if let user { line(["user".bytes] + words(user)) }
        }
        line("delay_loop", secondsText(check.interval))
        line("retry", "\(check.retries)")
        line("delay_before_retry", secondsText(check.retryDelay))
        if check.initiallyFails { line("alpha") }
        close()
    }

    private mutating func connection(_ connection: HealthCheck.Connection, timeout: Duration) {
        line("connect_ip", connection.endpoint.address.description)
        line("connect_port", "\(connection.endpoint.port)")
        if let source = connection.source { line("bindto", source.description) }
        line("connect_timeout", secondsText(timeout))
    }

    private mutating func url(_ request: HTTPRequest) {
        open("url")
        line(["path".bytes, quote(request.path.bytes)])
        if let host = request.virtualHost { line(["virtualhost".bytes, quote(host.bytes)]) }
        let codes = request.statusCodes.map { "\($0.lowerBound)-\($0.upperBound)".bytes }
        line(["status_code".bytes] + codes)
        if let digest = request.digest { line("digest", digest) }
        close()
    }
}
