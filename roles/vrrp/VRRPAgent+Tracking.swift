import KeepalivedConfiguration

extension VRRPAgent {
    /// What a host must have to be worth its priority.
    public struct Tracking: Sendable, Hashable {
        enum Kind: Hashable {
            case process
            case command([String], every: Duration)
        }

        let name: String
        let weight: Int
        let kind: Kind

        /// A process of that name runs; `weight` is added to the priority while it does. The agent learns of its end
        /// at once.
        ///
        /// - Parameter name: the program's file name, as `ps -C` takes it.
        public static func process(_ name: String, weight: Int) -> Tracking {
            Tracking(name: name, weight: weight, kind: .process)
        }

        /// A command that ends with status 0. No shell expands it.
        public static func command(
            _ name: String,
            _ command: [String],
            weight: Int,
            every interval: Duration = .seconds(2)
        ) -> Tracking {
            Tracking(name: name, weight: weight, kind: .command(command, every: interval))
        }

        var script: Script? {
            guard case .command(let command, let interval) = kind else { return nil }
            return Script(name: name, command: command, interval: interval, weight: weight)
        }

        var process: WatchedProcess? {
            guard case .process = kind else { return nil }
            return WatchedProcess(name: name, process: name, weight: weight)
        }
    }
}
