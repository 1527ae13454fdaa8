import HostInventory

/// The connection to one host in one run, and the shells on it: one for each privilege, opened when first needed.
actor HostSession {
    nonisolated let host: Inventory.Host
    private let connector: any Connector
    private let connectDeadline: Duration
    private let becomePassword: Secret?
    private var transport: (any Transport)?
    private var shells: [Privilege: Shell] = [:]
    private var opening: [Privilege: Task<Shell, any Error>] = [:]
    private var knownFacts: Facts?
    /// Check mode: what would have changed in this run so far, or could not be told.
    private(set) var uncertain: Set<ResourceID> = []
    /// Why the host takes no more tasks in this run: it was powered off.
    private(set) var isPoweredOff = false

    init(host: Inventory.Host, connector: any Connector, connectDeadline: Duration, becomePassword: Secret?) {
        self.host = host
        self.connector = connector
        self.connectDeadline = connectDeadline
        self.becomePassword = becomePassword
    }

    /// Does nothing where the connection is there.
    ///
    /// - Throws: `TransportError`.
    func connect() async throws {
        if transport == nil { transport = try await connector.connect(to: host, deadline: connectDeadline) }
    }

    var isConnected: Bool { transport != nil }

    func close() async {
        for task in opening.values { task.cancel() }
        opening = [:]
        shells = [:]
        await transport?.close()
        transport = nil
    }

    func shell(for privilege: Privilege) async throws -> Shell {
        if let shell = shells[privilege] { return shell }
        if let task = opening[privilege] { return try await task.value }
        let task = Task { Shell(try await self.open(privilege), privilege: privilege) }
        opening[privilege] = task
        defer { opening[privilege] = nil }
        let shell = try await task.value
        shells[privilege] = shell
        return shell
    }

    /// A shell of its own, for what takes a whole channel.
    func open(_ privilege: Privilege) async throws -> ShellLogin.Opened {
        guard let transport else { throw TransportError(.lost, "there is no connection") }
        return try await ShellLogin(transport: transport, password: becomePassword).open(privilege)
    }

    /// One exchange over the shell of `privilege`; what hangs is ended with its process group.
    func exchange(
        _ sections: [ShellSection],
        as privilege: Privilege,
        progress: (@Sendable (ShellProgress) -> Void)? = nil
    ) async throws -> [ShellSectionOutput] {
        if sections.isEmpty { return [] }
        let shell = try await shell(for: privilege)
        do {
            return try await shell.exchange(sections, progress: progress)
        } catch {
            shells[privilege] = nil
            if case ShellError.deadline = error { await end(shell) }
            throw error
        }
    }

    /// What is seen of all `questions`: one exchange for each privilege, all at the same time.
    func observe(_ questions: [Privilege: [AnyObservation]]) async throws -> [Privilege: Answers] {
        try await withThrowingTaskGroup(of: (Privilege, Answers).self) { group in
            for (privilege, observations) in questions where !observations.isEmpty {
                group.addTask {
                    let batch = ObservationBatch(observations)
                    let outputs = try await self.exchange(batch.sections, as: privilege)
                    return (privilege, batch.answers(from: outputs))
                }
            }
            var answers: [Privilege: Answers] = [:]
            while let (privilege, seen) = try await group.next() { answers[privilege] = seen }
            return answers
        }
    }

    /// Gathered once for a boot of the host.
    func facts(as privilege: Privilege) async throws -> Facts {
        if let knownFacts { return knownFacts }
        let probe = Probe(FactsObservation())
        let answers = try await observe([privilege: probe.observations])
        let facts = try probe.state(in: answers[privilege] ?? Answers())
        knownFacts = facts
        return facts
    }

    var gatheredFacts: Facts? { knownFacts }

    /// After a reboot nothing of what was known holds.
    func forget() async {
        knownFacts = nil
        await close()
    }

    func noteUncertain(_ resources: Set<ResourceID>) { uncertain.formUnion(resources) }

    func markPoweredOff() async {
        isPoweredOff = true
        await forget()
    }

    /// Ends what a shell left running when its deadline passed.
    private func end(_ shell: Shell) async {
        guard let opened = try? await open(shell.privilege) else { return }
        let killer = Shell(opened, privilege: shell.privilege)
        let group = shell.leader
        let script = """
            kill -TERM -- -\(group) \(group) 2>/dev/null; n=0
            while kill -0 -- -\(group) 2>/dev/null && [ $n -lt 20 ]; do sleep 0.1; n=$((n+1)); done
            kill -KILL -- -\(group) \(group) 2>/dev/null; :
            """
        // Whether it worked is not known to anybody who could act on it: the step has failed either way.
        _ = try? await killer.exchange([ShellSection(script, deadline: .seconds(10))])
        await killer.close()
    }
}
