import HostInventory

/// The connection to one host in one run, and the shells on it: one for each privilege, opened when first needed.
actor HostSession {
    nonisolated let host: Inventory.Host
    private let connector: any Connector
    private let connectDeadline: Duration
    private let become: Become
    private let options: RunOptions
    private let redactions: Redactions
    private let notice: @Sendable (String) -> Void
    private var ownJobs: Set<String> = []
    /// Whose shell holds the host's lock, or is about to.
    private var lockedBy: Privilege?
    private var transport: (any Transport)?
    private var connecting: Task<Void, any Error>?
    private var shells: [Privilege: Shell] = [:]
    private var opening: [Privilege: Task<Shell, any Error>] = [:]
    private var knownFacts: Facts?
    var digests = DigestMemory()
    /// Check mode: what would have changed in this run so far, or could not be told.
    private(set) var uncertain: Set<ResourceID> = []
    /// Whether a change was begun on the host in this run.
    private(set) var wasChanged = false
    /// Why the host takes no more tasks in this run: it was powered off.
    private(set) var isPoweredOff = false

    /// - Parameters:
    ///   - options: check mode takes no lock.
    ///   - notice: takes what people should know while they wait.
    init(
        host: Inventory.Host,
        connector: any Connector,
        become: Become,
        options: RunOptions,
        redactions: Redactions,
        notice: @escaping @Sendable (String) -> Void
    ) {
        self.host = host
        self.connector = connector
        self.connectDeadline = options.connectDeadline
        self.become = become
        self.options = options
        self.redactions = redactions
        self.notice = notice
    }

    /// Does nothing where the connection is there; it is made once, however many ask.
    ///
    /// - Throws: `TransportError`.
    func connect() async throws {
        if transport != nil { return }
        let task =
            connecting
            ?? Task {
                let connected = try await connector.connect(to: host, deadline: connectDeadline)
                for warning in connected.warnings { notice(warning) }
                transport = connected
            }
        connecting = task
        defer { connecting = nil }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    var isConnected: Bool { transport != nil }

    func close() async {
        for task in opening.values { task.cancel() }
        opening = [:]
        shells = [:]
        lockedBy = nil
        await transport?.close()
        transport = nil
    }

    /// - Throws: `TransportError`; `HostBusy` where another run has the host.
    func shell(for privilege: Privilege) async throws -> Shell {
        if let task = opening[privilege] { return try await task.value }
        if let lockedBy, let task = opening[lockedBy] { _ = try await task.value }
        let claim =
            lockedBy == nil && !options.check
            ? options.lock.map { LockClaim(lock: $0, host: host.name) } : nil
        if claim == nil, let shell = shells[privilege] { return shell }
        if claim != nil { lockedBy = privilege }
        let former = shells.removeValue(forKey: privilege)
        let task = Task {
            await former?.close()
            let opened = try await self.open(privilege, claim: claim, listsJobs: self.options.lock != nil)
            let shell = Shell(opened, privilege: privilege)
            do {
                try await self.adopt(opened.jobs, on: shell)
            } catch {
                await shell.close()
                throw error
            }
            return shell
        }
        opening[privilege] = task
        defer { opening[privilege] = nil }
        do {
            let shell = try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
            shells[privilege] = shell
            return shell
        } catch {
            drop(privilege)
            throw error
        }
    }

    /// A shell of its own, for what takes a whole channel.
    func open(_ privilege: Privilege, claim: LockClaim? = nil, listsJobs: Bool = false) async throws
        -> ShellLogin.Opened
    {
        guard let transport else { throw TransportError(.lost, "there is no connection") }
        var login = ShellLogin(transport: transport, become: become, claim: claim, notice: notice)
        if listsJobs {
            login.jobs = JobFolder(privilege, loginUser: transport.loginUser, override: options.jobFolder)
            login.listsBegunJobs = isCheck
        }
        return try await login.open(privilege)
    }

    /// Keeps `secrets` out of all that is reported on the host.
    nonisolated func hide(_ secrets: [Secret]) { redactions.add(secrets, to: host.name) }

    nonisolated var redaction: Redaction { redactions[host.name] }

    nonisolated func say(_ text: String) { notice(text) }

    nonisolated var isCheck: Bool { options.check }

    func makeJob(_ step: Step, _ script: String, as privilege: Privilege) throws -> Job {
        guard let transport else { throw TransportError(.lost, "there is no connection") }
        let folder = JobFolder(privilege, loginUser: transport.loginUser, override: options.jobFolder)
        let job = Job(
            step: step.title,
            script: script,
            environment: step.environment,
            deadline: step.deadline,
            folder: folder,
            holder: options.lock?.holder ?? "another run"
        )
        ownJobs.insert(job.id)
        return job
    }

    /// Whether it is of this run: no leftover, although it is listed after a lost connection.
    func isOwn(_ path: String) -> Bool { ownJobs.contains { path.hasSuffix("/" + $0) } }

    private func drop(_ privilege: Privilege) {
        shells[privilege] = nil
        // The lock goes with the shell; the next one claims it anew.
        if lockedBy == privilege { lockedBy = nil }
    }

    /// One exchange over the shell of `privilege`; what hangs, or is not wanted any more, is ended with its process
    /// group.
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
            drop(privilege)
            if Shell.isAtWork(after: error) {
                await end(shell.leader, as: privilege)
                await shell.close()
            }
            throw error
        }
    }

    /// What is seen of all `questions`: one exchange for each privilege, all at the same time.
    ///
    /// - Throws: `TransportError`. Of what hangs the answers say so.
    func observe(_ questions: [Privilege: [AnyObservation]]) async throws -> [Privilege: Answers] {
        try await withThrowingTaskGroup(of: (Privilege, Answers).self) { group in
            for (privilege, observations) in questions where !observations.isEmpty {
                group.addTask {
                    (privilege, try await self.look(self.batch(of: observations), as: privilege))
                }
            }
            var answers: [Privilege: Answers] = [:]
            while let (privilege, seen) = try await group.next() { answers[privilege] = seen }
            return answers
        }
    }

    nonisolated func batch(of observations: [AnyObservation]) -> ObservationBatch {
        ObservationBatch(observations, patience: options.lookDeadline)
    }

    func look(_ batch: ObservationBatch, as privilege: Privilege) async throws -> Answers {
        var batch = batch
        while true {
            do {
                return batch.answers(from: try await exchange(sections(of: batch), as: privilege))
            } catch ShellError.deadline(let section, _, _) {
                batch = batch.avoiding(section)
            }
        }
    }

    func sections(of batch: ObservationBatch) -> [ShellSection] {
        batch.sections.map { section in
            var section = section
            section.script = digests.informing(section.script)
            return section
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

    /// After a reboot nothing of what was known holds.
    func forget() async {
        knownFacts = nil
        await close()
    }

    func noteChange() { wasChanged = true }

    func noteUncertain(_ resources: Set<ResourceID>) { uncertain.formUnion(resources) }

    func markPoweredOff() async {
        isPoweredOff = true
        await forget()
    }
}
