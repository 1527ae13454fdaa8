public import HostInventory

/// One run of playbooks over the hosts of an inventory.
public struct Run: Sendable {
    let inventory: Inventory
    let connector: any Connector
    let options: RunOptions
    /// Hears everything without secrets.
    let reporter: any Reporter
    let redactions: Redactions

    public init(inventory: Inventory, connector: any Connector, options: RunOptions, reporter: any Reporter) {
        self.inventory = inventory
        self.connector = connector
        self.options = options
        redactions = Redactions(inventory: inventory, common: [options.becomePassword].compactMap(\.self))
        self.reporter = RedactingReporter(reporter: reporter, redactions: redactions)
    }

    /// Checks everything that can be checked without a connection, then runs the plays in order.
    ///
    /// A host that failed or was unreachable takes no part in later plays.
    ///
    /// - Throws: `PreflightError` before any host is touched. What happens to hosts is in the recap, not thrown.
    public func callAsFunction(_ playbooks: [Playbook]) async throws -> Recap {
        let start = ContinuousClock.now
        let ((plays, known), variables) = try VariableReads.during { try preflight(playbooks) }
        try await refuseUnknownWords(of: known, in: plays)
        let names = Set(plays.flatMap(\.hosts).map(\.name))
        let hosts = inventory.hosts.filter { names.contains($0.name) }
        let ledger = Ledger(hosts: hosts.map(\.name))
        let sessions = SessionPool { name in host(named: name).map(session(for:)) }
        let choice = TaskChoice(options, knowing: known)
        reporter.report(.runStarted(playbooks: playbooks.map(\.name), check: options.check))
        for problem in misspellings(asked: variables) {
            reporter.report(.notice(host: nil, "\(problem)"))
        }
        for (number, play) in plays.enumerated() {
            let playRun = PlayRun(
                run: self,
                chosen: play,
                sessions: sessions,
                ledger: ledger,
                choice: choice
            )
            if await !playRun() || isStopping {
                sayNotRun(plays[(number + 1)...])
                break
            }
        }
        await sessions.closeAll()
        var recap = Recap(
            hosts: hosts.map { ($0.name, ledger.line(of: $0.name)) },
            duration: start.duration(to: .now)
        )
        recap.wasStopped = isStopping
        recap.gateFailed = ledger.gateFailed
        if !isStopping {
            recap.choseWrongly = !choice.problems.isEmpty
            for problem in choice.problems { reporter.report(.notice(host: nil, problem)) }
        }
        reporter.report(.runFinished(recap))
        return recap
    }

    private func sayNotRun(_ plays: ArraySlice<ChosenPlay>) {
        guard !plays.isEmpty else { return }
        let names = plays.map { "«\($0.name)»" }.joined(separator: ", ")
        reporter.report(.notice(host: nil, "plays that were not begun: \(names)"))
    }

    /// One of the inventory; `localhost` is this machine where the inventory has none of that name.
    func host(named name: String) -> Inventory.Host? {
        inventory.host(named: name)
            ?? (name == "localhost" ? try? inventory.hosts(matching: "localhost").first : nil)
    }

    /// Whether nothing new is to be started.
    var isStopping: Bool { options.interruption.isStopping }

    func session(for host: Inventory.Host) -> HostSession {
        // Wrong connection variables are found before: by the preflight, or by the connector.
        let settings = try? host.connection
        return HostSession(
            host: host,
            connector: connector,
            become: Become(
                settings?.becomeMethod.flatMap(Become.Method.init) ?? .sudo,
                password: settings?.becomePassword ?? options.becomePassword
            ),
            options: options,
            redactions: redactions,
            notice: { [reporter] in reporter.report(.notice(host: host.name, $0)) }
        )
    }
}
