import ArgumentParser
import Foundation
import Provisioning

/// Asks at the terminal before each task: `--step`.
struct StepQuestion: Sendable {
    let interruption: Interruption

    /// - Throws: where standard input is no terminal.
    init(stoppedBy interruption: Interruption) throws {
        guard isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("--step asks at the terminal, and standard input is none")
        }
        self.interruption = interruption
    }

    func callAsFunction(host: String, task: String) async -> StepAnswer {
        while true {
            Console.prompt("\(host): \(task)? (y)es, (n)o, (c)ontinue without asking, (q)uit: ")
            guard let line = await readLine() else { return .stop }
            if let answer = StepAnswer(typed: line) { return answer }
        }
    }

    /// - Returns: `nil` where nothing more comes, or the run is to stop.
    private func readLine() async -> String? {
        var terminal = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        // A read would wait on a thread that Ctrl-C does not reach.
        while poll(&terminal, 1, 0) == 0 {
            guard !interruption.isRequested, (try? await Task.sleep(for: .milliseconds(50))) != nil
            else { return nil }
        }
        return Swift.readLine()
    }
}

extension StepAnswer {
    /// - Parameter line: a word or its first letter, in any case.
    init?(typed line: String) {
        let words: [(String, StepAnswer)] = [
            ("yes", .run), ("no", .skip), ("continue", .runAll), ("quit", .stop),
        ]
        let typed = line.trimmingCharacters(in: .whitespaces).lowercased()
        let found = words.first { word, _ in typed == word || typed == String(word.prefix(1)) }
        guard let found else { return nil }
        self = found.1
    }
}
