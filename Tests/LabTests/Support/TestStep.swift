import Provisioning

/// A script of a test's own, run in every run.
struct TestStep: Resource {
    let name: String
    let script: String
    var deadline: Duration = .seconds(60)
    /// Whether it outlives its connection.
    var isJob = false

    var isAction: Bool { true }
    var probe: Probe<Void> { .constant(()) }

    func plan(from state: Void) -> Plan {
        var step = Step.script(name, deadline: deadline, script)
        step.isJob = isJob
        return .change([step], Difference([.attribute(name, from: nil, to: "done")]))
    }
}
