import HostInventory

/// Tells reporters of a sweep as of a run with one play and one task.
struct SweepReport: Sendable {
    private let run: Run
    private let hosts: [String]
    private let task: PlannedTask
    private let success: TaskResult.Outcome
    private let ledger: Ledger

    init(_ title: String, of hosts: [Inventory.Host], succeedsAs success: TaskResult.Outcome, for run: Run) {
        self.run = run
        self.hosts = hosts.map(\.name)
        self.success = success
        ledger = Ledger(hosts: self.hosts)
        let title = self.hosts.reduce(title) { run.redactions[$1]($0) }
        let resource = ResourceID(kind: "Sweep", name: title)
        let id = TaskID(play: title, handler: nil, role: nil, resource: resource, occurrence: 1)
        task = PlannedTask(id: id, heading: title)
        run.reporter.report(.runStarted(playbooks: [], check: false))
        run.reporter.report(.playStarted(title: title, hosts: self.hosts, batch: (1, of: 1)))
    }

    func begin(_ host: Inventory.Host) {
        ledger.expect(1, on: host.name)
        run.reporter.report(.planned(host: host.name, tasks: [task]))
    }

    func end(_ host: Inventory.Host, _ result: Run.SweepResult) {
        switch result {
        case .done(let output, let duration):
            let isWell = output.status == 0
            let outcome = isWell ? success : .failed(HostSession.reason(of: output))
            finish(host, TaskResult(outcome, after: duration))
        case .failed(let reason): finish(host, TaskResult(.failed(reason), after: .zero))
        case .unreachable(let reason):
            ledger.markUnreachable(host.name, reason)
            run.reporter.report(.unreachable(host: host.name, reason: reason))
        case .stopped: break
        }
        var isDone = false
        if case .done(let output, _) = result { isDone = output.status == 0 }
        run.reporter.report(.hostFinished(host: host.name, isDone: isDone))
    }

    private func finish(_ host: Inventory.Host, _ result: TaskResult) {
        ledger.count(result, on: host.name, wasExpected: true)
        run.reporter.report(.taskFinished(host: host.name, task: 0, result))
    }

    func end(after duration: Duration, wasStopped: Bool) -> Recap {
        run.reporter.report(.playFinished)
        var recap = Recap(hosts: hosts.map { ($0, ledger.line(of: $0)) }, duration: duration)
        recap.wasStopped = wasStopped
        run.reporter.report(.runFinished(recap))
        return recap
    }
}
