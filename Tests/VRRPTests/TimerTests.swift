import Testing
import VRRP

@Suite("Timers")
struct TimerTests {
    static let cases:
        [(version: Advertisement.Version, priority: UInt8, interval: Duration, skew: Duration)] = [
            (.v2, 100, .seconds(1), .microseconds(609_375)),
            (.v2, 101, .seconds(1), .nanoseconds(605_468_750)),
            (.v2, 254, .seconds(1), .nanoseconds(7_812_500)),
            // Version 2: the skew does not depend on the interval.
            (.v2, 100, .seconds(5), .microseconds(609_375)),
            (.v3, 100, .seconds(1), .microseconds(609_375)),
            (.v3, 100, .milliseconds(100), .nanoseconds(60_937_500)),
            (.v3, 101, .milliseconds(10), Duration.nanoseconds(6_054_687) + .nanoseconds(1) / 2),
            (.v3, 1, .milliseconds(40_950), .nanoseconds(40_790_039_062) + .nanoseconds(1) / 2),
        ]

    @Test("skew and master-down are exact", arguments: cases.indices)
    func exact(index: Int) {
        let (version, priority, interval, skew) = Self.cases[index]
        let priorityValue = Priority(priority)
        #expect(
            Timers.skew(version, priority: priorityValue, masterInterval: interval) == skew
        )
        #expect(
            Timers.masterDown(version, priority: priorityValue, masterInterval: interval)
                == interval * 3 + skew
        )
    }

    @Test(
        "weights keep the priority within 1…254 and leave the owner alone",
        arguments: [
            (100, 2, 102), (100, -2, 98), (253, 5, 254), (3, -9, 1), (255, -200, 255), (254, 253, 254),
        ] as [(UInt8, Int, UInt8)]
    )
    func weights(base: UInt8, weight: Int, effective: UInt8) {
        #expect(Priority(base).adjusted(by: weight) == Priority(effective))
    }

    @Test(
        "durations read as seconds, cut to milliseconds",
        arguments: [
            (Duration.nanoseconds(3_609_375_000), "3.609 s"), (.milliseconds(5), "0.005 s"),
            (.zero, "0.000 s"), (.milliseconds(-1_250), "-1.250 s"),
        ]
    )
    func text(duration: Duration, text: String) {
        #expect(duration.secondsText == text)
    }
}
