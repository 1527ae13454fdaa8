import Foundation

/// One of the lab's nodes.
enum Node: String, CaseIterable, Sendable, CustomStringConvertible {
    case pi1, pi2, pi3, pi4, pi5

    static let balancers = [pi1, pi2]
    static let servers = [pi3, pi4, pi5]

    /// Also its name in the inventory.
    var address: String {
        let byte =
            switch self {
            case .pi1: 73
            case .pi2: 38
            case .pi3: 152
            case .pi4: 175
            case .pi5: 135
            }
        return "10.42.0.\(byte)"
    }

    var description: String { rawValue }

    init?(address: String) {
        guard let node = Self.allCases.first(where: { $0.address == address }) else { return nil }
        self = node
    }

    /// A POSIX script as root, past Apus: over the system's own ssh.
    ///
    /// - Returns: its output without the last line's end.
    /// - Throws: `ProgramFailure` where it ends with another status than 0, or takes too long.
    @discardableResult
    func root(_ script: String, deadline: Duration = .seconds(60)) async throws -> String {
        let ended = try await Program([Lab.root + "/lab/lab", "ssh", rawValue, "sudo sh -eu -s"])
            .run(input: script + "\n", deadline: deadline)
        return try ended.succeeded().output.trimmingCharacters(in: .newlines)
    }
}

extension Node {
    /// Does `work` while something is broken here, and mends it whatever came of it.
    ///
    /// - Parameters:
    ///   - breaking: a script as root; what it writes is handed to `work`.
    ///   - mending: a script as root, also for what `breaking` did not get done.
    func whileBroken<Value>(
        by breaking: String,
        mendedBy mending: String,
        _ work: (String) async throws -> Value
    ) async throws -> Value {
        let result: Result<Value, any Error>
        do {
            result = .success(try await work(try await root(breaking)))
        } catch {
            result = .failure(error)
        }
        try await root(mending)
        return try result.get()
    }
}

/// `work` on all nodes at once.
func onEach<Value: Sendable>(
    _ nodes: [Node] = Node.allCases,
    _ work: @escaping @Sendable (Node) async throws -> Value
) async throws -> [Node: Value] {
    try await withThrowingTaskGroup(of: (Node, Value).self) { group in
        for node in nodes { group.addTask { (node, try await work(node)) } }
        return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
}
