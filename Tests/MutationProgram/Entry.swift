import Foundation
import MutationTrials

/// Runs every trial with as many inputs as its argument says (default a million), and reports on each.
@main
struct Entry {
    /// What the allocator may keep beyond what was there after the first tenth of the inputs.
    private static let allowedGrowth = 8 << 20
    private struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let rounds = arguments.first.flatMap { Int($0) } ?? 1_000_000
        let chosen = Trial.all.filter { arguments.count < 2 || arguments.dropFirst().contains($0.name) }
        print(row("\(rounds) inputs each", "a second", "accepted", "slowest", "memory"))
        LastInput.showWhenEnding()
        var hasFailed = false
        for trial in chosen {
            do {
                print(try report(on: trial, rounds: rounds))
            } catch {
                hasFailed = true
                print("\(error)")
            }
            fflush(nil)
        }
        if hasFailed { exit(1) }
    }

    private static func report(on trial: Trial, rounds: Int) throws -> String {
        var before = 0
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = try trial(rounds: rounds) { round, input in
            if round == rounds / 10 { before = residentBytes() }
            LastInput.keep(input)
        }
        let growth = residentBytes() - before
        guard growth < allowedGrowth else { throw Failure("\(trial): the memory grew by \(growth) bytes") }
        let seconds = start.duration(to: clock.now) / .seconds(1)
        return row(
            trial.name,
            "\(Int(Double(rounds) / seconds))",
            "\(100 * outcome.accepted / rounds) %",
            "\(Int(outcome.slowest / .milliseconds(1))) ms",
            "\(growth >> 10) KB"
        )
    }

    private static func row(_ cells: String...) -> String {
        cells.map { $0.padding(toLength: 28, withPad: " ", startingAt: 0) }.joined()
    }

    private static func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }
}
