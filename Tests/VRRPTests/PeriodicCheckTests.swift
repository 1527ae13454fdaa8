import Testing
import VRRP

@Suite("Periodic checks")
struct PeriodicCheckTests {
    @Test("the first result decides; later ones need rise or fall in a row")
    func riseAndFall() {
        var check = PeriodicCheck(.init(interval: .seconds(2), rise: 3, fall: 2))
        let results = [true, false, true, false, false, true, true, false, true, true, true]
        let wanted: [Bool?] = [
            true, nil, nil, nil, false, nil, nil, nil, nil, nil, true,
        ]
        var reported: [Bool?] = []
        for (index, result) in results.enumerated() {
            let now = seconds(Double(index * 2))
            #expect(actions(&check, index == 0 ? .start : .timer, at: now) == [.run])
            let report = actions(&check, .ended(succeeded: result), at: now + .milliseconds(5))
            reported.append(
                report.compactMap { if case .report(let passes) = $0 { passes } else { nil } }.first
            )
        }
        #expect(reported == wanted)
    }

    @Test("a run that takes too long fails at once, is terminated, then killed, and none overlaps it")
    func timeout() {
        var check = PeriodicCheck(.init(interval: .seconds(2), timeout: .seconds(3)))
        #expect(actions(&check, .start, at: seconds(0)) == [.run])
        #expect(check.deadline == seconds(2))
        #expect(actions(&check, .timer, at: seconds(2)).isEmpty)
        #expect(check.skipped == 1)
        #expect(check.deadline == seconds(3))
        #expect(actions(&check, .timer, at: seconds(3)) == [.terminate, .report(passes: false)])
        #expect(actions(&check, .timer, at: seconds(4)).isEmpty)
        #expect(actions(&check, .timer, at: seconds(5)) == [.kill])
        #expect(actions(&check, .ended(succeeded: true), at: seconds(5)).isEmpty)
        #expect(check.passes == false)
        #expect(actions(&check, .timer, at: seconds(6)) == [.run])
        #expect(check.skipped == 2)
    }

    @Test("a failure that is not enough yet is looked at again after the delay for that")
    func retry() {
        var check = PeriodicCheck(.init(interval: .seconds(10), fall: 2, retryDelay: .seconds(1)))
        #expect(actions(&check, .start, at: seconds(0)) == [.run])
        #expect(actions(&check, .ended(succeeded: true), at: seconds(0)) == [.report(passes: true)])
        #expect(actions(&check, .timer, at: seconds(10)) == [.run])
        #expect(actions(&check, .ended(succeeded: false), at: seconds(12)).isEmpty)
        #expect(check.deadline == seconds(13))
        #expect(actions(&check, .timer, at: seconds(13)) == [.run])
        #expect(actions(&check, .ended(succeeded: false), at: seconds(13)) == [.report(passes: false)])
        #expect(check.deadline == seconds(23))
    }

    @Test("a success that is not enough yet is not")
    func noRetry() {
        var check = PeriodicCheck(.init(interval: .seconds(10), rise: 2, retryDelay: .seconds(1)))
        _ = actions(&check, .start, at: seconds(0))
        _ = actions(&check, .ended(succeeded: false), at: seconds(0))
        _ = actions(&check, .timer, at: seconds(10))
        #expect(actions(&check, .ended(succeeded: true), at: seconds(11)).isEmpty)
        #expect(check.deadline == seconds(20))
    }

    @Test("runs keep their rhythm though a timer is late, and those missed are not caught up on")
    func rhythm() {
        var check = PeriodicCheck(.init(interval: .seconds(10)))
        #expect(actions(&check, .start, at: seconds(0)) == [.run])
        _ = actions(&check, .ended(succeeded: true), at: seconds(0))
        #expect(actions(&check, .start, at: seconds(1)).isEmpty)
        #expect(actions(&check, .timer, at: seconds(10.3)) == [.run])
        // As long as the interval, where nothing else is said.
        #expect(actions(&check, .timer, at: seconds(20.3)) == [.terminate, .report(passes: false)])
        _ = actions(&check, .ended(succeeded: false), at: seconds(20.3))
        #expect(check.deadline == seconds(30))
        #expect(actions(&check, .timer, at: seconds(95)) == [.run])
        #expect(check.deadline == seconds(105))
    }

    @Test("a check can start as failed")
    func initiallyFails() {
        var check = PeriodicCheck(.init(initiallyFails: true))
        #expect(actions(&check, .start, at: seconds(0)) == [.report(passes: false), .run])
    }

    @Test("a program that cannot be started is a failure, and is tried again")
    func notStarted() {
        var check = PeriodicCheck(.init(interval: .seconds(1)))
        _ = actions(&check, .start, at: seconds(0))
        #expect(actions(&check, .notStarted, at: seconds(0)) == [.report(passes: false)])
        #expect(actions(&check, .timer, at: seconds(1)) == [.run])
    }

    private func actions(
        _ check: inout PeriodicCheck,
        _ event: PeriodicCheck.Event,
        at now: Instant
    ) -> [PeriodicCheck.Action] {
        check.handle(event, at: now)
        var actions: [PeriodicCheck.Action] = []
        while let action = check.nextAction() { actions.append(action) }
        return actions
    }
}
