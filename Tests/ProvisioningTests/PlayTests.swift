import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("Plays select hosts, go in batches and check their input first")
struct PlayTests {
    let scratch = try! Scratch()

    @Test func anUnreachableHostIsReportedAndTheOthersConverge() async throws {
        let path = scratch.path
        let (recap, _) = try await run(
            Play("Write", on: "all") { Note(path: "\(path)/\($0.name)", text: "x") },
            on: try inventory("one\ntwo\nthree\n"),
            connector: LocalConnector(unreachable: ["two"])
        )
        #expect(recap.exitStatus == 4)
        #expect(recap.hosts[1].line.unreachable == "no answer from two")
        #expect(scratch.names == ["one", "three"])
    }

    @Test func aBatchThatFailedStopsTheRoll() async throws {
        let path = scratch.path
        let (recap, reporter) = try await run(
            Play("Roll", on: "all", serial: 2) { host in
                if host.name == "b" { Act(name: "fail", script: "exit 1") }
                Note(path: "\(path)/\(host.name)", text: "x")
            },
            on: try inventory("a\nb\nc\nd\n")
        )
        #expect(recap.exitStatus == 2)
        #expect(scratch.names == ["a"])
        #expect(reporter.notices == ["play «Roll» stops here, since b failed; not done: c, d"])
    }

    @Test func hostsOfABatchFinishBeforeTheNextBegins() async throws {
        let path = scratch.path
        _ = try await run(
            Play("Roll", on: "all", serial: 1) { host in
                Act(name: "enter", script: "mkdir \(path)/busy && sleep 0.1 && rmdir \(path)/busy")
                Note(path: "\(path)/\(host.name)", text: "x")
            },
            on: try inventory("a\nb\nc\n")
        )
        #expect(scratch.names == ["a", "b", "c"])
    }

    @Test func wrongVariablesOfAllHostsAreFoundBeforeAnyHostIsTouched() async throws {
        let path = scratch.path
        let hosts = try inventory("a count=1\nb count=many\nc\n")
        let counting = CountingConnector(LocalConnector())
        let error = await #expect(throws: PreflightError.self) {
            try await run(
                Play("First", on: "all") { Note(path: "\(path)/\($0.name)", text: "x") },
                Play("Second", on: "all") { host in
                    let count: Int = try host.vars["count"]
                    Note(path: "\(path)/\(host.name)", text: "\(count)")
                },
                on: hosts,
                connector: counting
            )
        }
        #expect(error?.problems.count == 2)
        #expect(error?.description.contains("test.ini:2") == true)
        #expect(scratch.names == [])
        #expect(counting.counts(of: "a") == .init())
    }

    @Test(arguments: [false, true])
    func aVariableThatLooksMistypedIsPointedOutUnlessAnotherPlaybookReadsIt(isRead: Bool) async throws {
        let other = Play("Other", on: "all") { host in
            let value: Int = try host.vars["vrrp_prority", default: 1]
            Act(name: "x", script: "true \(value)")
        }
        var options = RunOptions()
        options.otherPlaybooks = isRead ? [Playbook("other") { other }] : []
        let (recap, reporter) = try await run(
            Play("Read", on: "all") { host in
                let priority: Int = try host.vars["vrrp_priority", default: 100]
                Act(name: "x", script: "true \(priority)")
            },
            on: try inventory("a vrrp_prority=1\n"),
            options: options
        )
        #expect(recap.exitStatus == 0)
        let warning = "test.ini:1: nobody reads the variable 'vrrp_prority'; did you mean 'vrrp_priority'?"
        #expect(reporter.notices == (isRead ? [] : [warning]))
    }

    @Test func anUnknownGroupIsFoundBeforeAnyHostIsTouched() async throws {
        let error = await #expect(throws: PreflightError.self) {
            try await run(
                Play("Nothing", on: "balancer") { _ in Act(name: "x", script: "true") },
                on: try inventory("[balancers]\na\n")
            )
        }
        #expect(error?.description.contains("balancer") == true)
    }

    @Test func aHostThatFailedTakesNoPartInLaterPlays() async throws {
        let path = scratch.path
        let (recap, _) = try await run(
            Play("First", on: "all") { host in
                if host.name == "a" { Act(name: "fail", script: "exit 1") }
            },
            Play("Second", on: "all") { Note(path: "\(path)/\($0.name)", text: "x") },
            on: try inventory("a\nb\n")
        )
        #expect(recap.exitStatus == 2)
        #expect(scratch.names == ["b"])
    }
}
