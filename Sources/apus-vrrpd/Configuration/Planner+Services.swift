import KeepalivedConfiguration
import LoadBalancing
import VRRP

extension Planner {
    /// - Parameter checks: gets those of the real servers.
    mutating func service(_ server: VirtualServer, checks: inout [Plan.Check]) -> Plan.Service? {
        let transport = server.transport == .tcp ? ServiceKey.tcp : ServiceKey.udp
        let endpoints = server.endpoints.compactMap { target($0) }
        let keys =
            endpoints.map { ServiceKey.endpoint($0, transport: transport) }
            + server.marks.map { .mark($0, server.isIPv6 ? .v6 : .v4) }
        let group = server.group.map { server.transport == .tcp ? $0 : $0 + "/udp" }
        var service = Plan.Service(
            name: group ?? keys[0].name,
            keys: keys,
            forwarding: server.forwarding,
            scheduler: server.scheduler,
            flags: server.flags,
            persistence: server.persistence,
            clientPrefix: server.persistencePrefix,
            pool: ServerPool.Settings(
                servers: server.realServers.map { real in
                    ServerPool.Server(
                        weight: real.weight,
                        checks: real.checks.map { $0.initiallyFails },
                        isOnlyInhibited: real.isOnlyInhibited
                    )
                },
                quorum: server.quorum,
                hysteresis: server.hysteresis,
                hasSorryServer: server.sorryServer != nil
            ),
            servers: [],
            sorryServer: server.sorryServer.flatMap { self.target($0) },
            notifiesAtEnd: server.notifiesAtEnd
        )
        let place = server.location
        service.quorumUp = notification("quorum_up", server.quorumUp, of: server.name, at: place)
        service.quorumDown = notification("quorum_down", server.quorumDown, of: server.name, at: place)
        for real in server.realServers {
            guard let planned = self.server(real, of: service.name, checks: &checks) else { return nil }
            service.servers.append(planned)
        }
        return service
    }

    private mutating func server(
        _ real: RealServer,
        of service: String,
        checks: inout [Plan.Check]
    ) -> Plan.Server? {
        guard let target = target(real.endpoint) else { return nil }
        var server = Plan.Server(target: target, checks: [])
        let name = "\(target.description) of \(service)"
        server.notifyUp = notification("notify_up", real.notifyUp, of: name, at: real.location)
        server.notifyDown = notification("notify_down", real.notifyDown, of: name, at: real.location)
        for (number, check) in real.checks.enumerated() {
            guard let probe = probe(check, of: name, at: real.location) else { return nil }
            server.checks.append(checks.count)
            checks.append(
                Plan.Check(
                    name: "\(number) of \(name)",
                    probe: probe,
                    settings: PeriodicCheck.Settings(
                        interval: check.interval,
                        timeout: check.timeout,
                        fall: check.retries + 1,
                        retryDelay: check.retryDelay,
                        initiallyFails: check.initiallyFails
                    )
                )
            )
        }
        return server
    }

    private mutating func probe(_ check: HealthCheck, of server: String, at place: Location) -> Plan.Probe? {
        switch check.kind {
        case .tcp(let connection):
            self.connection(connection).map { .connection($0) }
        case .http(let connection, let request):
            self.connection(connection).map { .web($0, Plan.Question(request, to: connection.endpoint)) }
        case .program(let command, let user):
            program(command, user, "MISC_CHECK of \(server)", at: place).map { .program($0) }
        }
    }

    private func connection(_ connection: HealthCheck.Connection) -> Plan.Connection? {
        IPAddress(bytes: connection.endpoint.address.bytes).map { address in
            Plan.Connection(
                address: address,
                port: connection.endpoint.port,
                source: connection.source.flatMap { IPAddress(bytes: $0.bytes) }
            )
        }
    }

    private func target(_ endpoint: Endpoint) -> Plan.Target? {
        IPAddress(bytes: endpoint.address.bytes).map { Plan.Target(address: $0, port: endpoint.port) }
    }
}
