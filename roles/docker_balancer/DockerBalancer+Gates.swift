public import Apus

// For rolls over balancers and their servers. Hosts on which no HAProxy was installed hold up none.
extension DockerBalancer {
    /// HAProxy on each of `balancers` gives `backend` requests, since its checks pass.
    ///
    /// - Parameter backend: as `DockerBalancer.Backend` has it.
    public static func serves(
        _ backend: String,
        on balancers: Pattern,
        timing: Gate.Timing = Gate.Timing()
    ) -> Gate {
        let server = HAProxyServerObservation(server: backend)
        return Gate(
            "HAProxy gives \(backend) requests on \(balancers)",
            on: balancers,
            as: .root,
            script: HAProxyServerObservation.script(for: [server]),
            timing: timing
        ) { output in
            do {
                let seen = try HAProxyServerObservation.answers(from: output, for: [server])
                guard let state = seen.first ?? nil, !(state.isReady && state.isUp) else { return nil }
                return "\(backend) is \(state)"
            } catch {
                return "\(error)"
            }
        }
    }

    /// HAProxy on each of `hosts` answers with the page of some server.
    public static func answers(on hosts: Pattern, timing: Gate.Timing = Gate.Timing()) -> Gate {
        Gate(
            "HAProxy answers 200 on \(hosts)",
            on: hosts,
            as: .root,
            script: """
                docker inspect haproxy >/dev/null 2>&1 || exit 0
                answer=$(printf 'GET / HTTP/1.0\\r\\n\\r\\n' | docker exec -i haproxy socat -t 5 stdio TCP:127.0.0.1:80) || exit
                printf '%s\\n' "${answer:-nothing}" | head -n 1
                """,
            timing: timing
        ) { output in
            guard let line = output.lines.first, !line.contains(" 200 ") else { return nil }
            return "it answers «\(line)»"
        }
    }
}
