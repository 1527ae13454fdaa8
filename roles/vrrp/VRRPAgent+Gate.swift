public import Apus
import Foundation

extension VRRPAgent {
    /// The election is over among the agents of `hosts`: exactly one is master, and none has a higher priority, for which
    /// the address would move again. Hosts without an agent hold up none.
    public static func isSettled(on hosts: Pattern, timing: Gate.Timing = Gate.Timing()) -> Gate {
        Gate(
            "the VRRP agents of \(hosts) have elected a master",
            on: hosts,
            script: "! \(isInstalled) || exec \(program) status --json",
            timing: timing
        ) { answers in
            var routers: [(host: String, router: Router)] = []
            do {
                for answer in answers {
                    routers += try Router.all(in: answer.output).map { (answer.host, $0) }
                }
            } catch {
                return .shut(seen: "\(error)")
            }
            if routers.isEmpty { return .open() }
            let masters = routers.filter { $0.router.state == "master" }
            let highest = routers.filter { $0.router.state == "backup" }.map(\.router.priority).max() ?? 0
            if masters.count == 1, masters[0].router.priority >= highest {
                return .open(what: masters[0].host)
            }
            return .shut(seen: routers.map { "\($0.host) is \($0.router)" }.joined(separator: ", "))
        }
    }

    /// What the gate reads of `apus-vrrpd status --json`; docs/vrrp.md has the keys.
    private struct Router: Decodable, CustomStringConvertible {
        let state: String
        let priority: Int

        private struct Status: Decodable {
            let instances: [Router]
        }

        var description: String { "\(state) with priority \(priority)" }

        /// - Throws: `DecodingError`.
        static func all(in output: ShellOutput) throws -> [Router] {
            output.output.isEmpty
                ? [] : try JSONDecoder().decode(Status.self, from: Data(output.output)).instances
        }
    }
}
