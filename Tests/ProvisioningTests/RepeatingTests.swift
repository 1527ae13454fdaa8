import ApusTesting
import HostInventory
import Provisioning
import Testing

@Suite("A question that is asked again and again")
struct RepeatingTests {
    @Test("uses one connection, and makes a lost one anew")
    func connections() async throws {
        let scratch = try Scratch()
        try scratch.write("turn", "0\n")
        let counting = CountingConnector(LocalConnector())
        let inventory = try Inventory(parsing: "one\n", file: "hosts.ini")
        let run = Run(
            inventory: inventory,
            connector: counting,
            options: RunOptions(),
            reporter: CollectingReporter()
        )
        // In its third turn it ends the shell that asks.
        let script = """
            turn=$(($(cat \(shellQuoted(scratch.path))/turn) + 1))
            echo $turn | tee \(shellQuoted(scratch.path))/turn
            [ $turn -ne 3 ] || kill -9 $$
            """
        let (answers, continuation) = AsyncStream.makeStream(of: Run.SweepResult.self)
        let asking = Task {
            await run.repeating(
                on: inventory.hosts,
                script: script,
                as: .login,
                deadline: .seconds(30),
                every: .milliseconds(1)
            ) { continuation.yield($1) }
            continuation.finish()
        }
        var seen: [String] = []
        for await answer in answers {
            switch answer {
            case .done(let output, _): seen += output.lines.map { String($0) }
            default: seen.append("no answer")
            }
            if seen.count == 5 { asking.cancel() }
        }
        #expect(seen.prefix(5) == ["1", "2", "no answer", "4", "5"])
        #expect(counting.counts(of: "one").connections == 2)
    }
}
