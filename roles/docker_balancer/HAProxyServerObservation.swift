public import Apus

/// Asks HAProxy's runtime API for a server of the backend "servers"; `nil` where no HAProxy runs.
public struct HAProxyServerObservation: Observation {
    let server: String

    public static var deadline: Duration? { .seconds(10) }

    /// Of `show servers state`: 4 its name, 6 what its checks say (2 is up), 7 why it is kept out (0 is for no reason).
    /// Of `show stat`: 5 its requests.
    public static func script(for subjects: [HAProxyServerObservation]) -> String {
        """
        [ "$(docker inspect -f '{{.State.Running}}' haproxy 2>/dev/null)" = true ] || exit 0
        \(DockerBalancer.ask)
        ask 'show servers state servers' | awk '$2 == "servers" { print "state", $4, $6, $7 }'
        ask 'show stat servers 4 -1' | awk -F, '$1 == "servers" { print "requests", $2, $5 }'
        """
    }

    public static func answers(from output: ShellOutput, for subjects: [HAProxyServerObservation]) throws
        -> [HAProxyServer?]
    {
        guard !output.lines.isEmpty else { return subjects.map { _ in nil } }
        let lines = output.lines.map { $0.split(separator: " ").map(String.init) }
        return try subjects.map { subject in
            func words(_ kind: String, count: Int) throws -> [String] {
                guard let words = lines.first(where: { $0.prefix(2) == [kind, subject.server] }),
                    words.count == count
                else { throw ObservationError("HAProxy knows no server «\(subject.server)»") }
                return words
            }
            let state = try words("state", count: 4)
            guard let sessions = Int(try words("requests", count: 3)[2]) else {
                throw ObservationError("HAProxy counts no requests of «\(subject.server)»")
            }
            return HAProxyServer(isReady: state[3] == "0", isUp: state[2] == "2", sessions: sessions)
        }
    }

    static func setting(_ server: String, _ values: String...) -> String {
        let orders = values.map { "order 'set server servers/\(server) \($0)'" }
        return """
            \(DockerBalancer.ask)
            order() {
                said=$(ask "$1") || exit
                [ -z "$said" ] || { printf '%s\\n' "$said" >&2; exit 1; }
            }
            \(orders.joined(separator: "\n"))
            """
    }

    /// HAProxy may not have noticed that the server was away: it counts as down until its checks pass anew.
    static func settingReady(_ server: String) -> String { setting(server, "health down", "state ready") }

    static func waitingForIdleness(of server: String) -> String {
        let isIdle =
            #"ask 'show stat servers 4 -1' | awk -F, '$2 == "\#(server)" && $5 == 0 { found = 1 } END { exit !found }'"#
        return """
            \(DockerBalancer.ask)
            until \(isIdle); do sleep 1; done
            """
    }
}
