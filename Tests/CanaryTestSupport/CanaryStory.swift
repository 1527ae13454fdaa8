import Foundation

/// Plants secrets in everything that takes one, does all that `apus` can do with the playbook `canary` of the test
/// program, and looks for them in all that it wrote, here and on the host.
package actor CanaryStory {
    /// A folder of this machine: inventory, vault, plan; `state` in it is Apus's own.
    private let place: String
    /// Where the playbook works on the host.
    private let target: String
    /// For `run` and `plan`.
    private let options: [String]
    /// Paths on the host that must not have a trace.
    private let searched: String
    /// Runs the test program, and gives all that it wrote.
    private let apus: @Sendable ([String]) async throws -> String
    /// Runs a script on the host, past Apus.
    private let host: @Sendable (String) async throws -> String

    private let variables: [String: String]
    private let canaries: [String: Canary]
    private let vaultPassword = Canary("vaultPassword")
    package private(set) var leaks: [String] = []

    /// - Parameter variables: beside the dictionary `canary`, with the name of the secret that each has.
    package init(
        place: String,
        target: String,
        options: [String],
        searched: String,
        variables: [String: String] = [:],
        apus: @escaping @Sendable ([String]) async throws -> String,
        host: @escaping @Sendable (String) async throws -> String
    ) {
        self.place = place
        self.target = target
        self.options = options
        self.searched = searched
        self.apus = apus
        self.host = host
        self.variables = variables
        let all = Set(Self.planted).union(variables.values)
        canaries = Dictionary(uniqueKeysWithValues: all.map { ($0, Canary($0)) })
    }

    /// What the playbook reads from the dictionary `canary`.
    private static let planted = [
        "file", "text", "template", "line", "tree", "input", "environment", "task", "job", "container",
        "hash",
    ]

    package func text(of name: String) -> String { canaries[name]?.text ?? "" }

    /// Writes the inventory, with the secrets in a vault.
    package func prepare(hosts: String) async throws {
        let folder = place + "/inventory/group_vars"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write("inventory/hosts.ini", hosts)
        try write("vault-password", vaultPassword.text + "\n")
        let planted = try Self.planted.map { try "  \($0): \(json(text(of: $0)))\n" }.joined()
        let others = try variables.map { try "\($0): \(json(text(of: $1)))\n" }.joined()
        try write("inventory/group_vars/all.yml", "canary:\n\(planted)\(others)")
        try write("source/tree/key", text(of: "tree"))
        let needles = all.flatMap(\.needles).joined(separator: "\n")
        _ = try await host(
            "mkdir -p \(target) && umask 077 && cat >\(needlesFile) <<'END'\n\(needles)\nEND"
        )
        _ = try await apus(["vault", "encrypt", folder + "/all.yml"] + passwordFile)
    }

    private var needlesFile: String { target + ".needles" }
    private var all: [Canary] { canaries.values + [vaultPassword] }
    private var passwordFile: [String] { ["--vault-password-file", place + "/vault-password"] }
    package var inventory: [String] { ["-i", place + "/inventory"] + passwordFile }

    private func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: "\(place)/\(name)")
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(text.utf8).write(to: url)
    }

    /// JSON is YAML too.
    private func json(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    // MARK: What is done

    /// Every verb that does not change the host.
    package func look() async throws {
        for more in [[], ["--tasks"]] { try await perform(["list", "canary"] + more + inventory) }
        for words in [
            ["list"], ["list", "--json"], ["graph"], ["hosts", "all"], ["explain", "here", "canary"],
        ] {
            try await perform(["inventory"] + words + inventory)
        }
        try await perform(["ping", "all"] + inventory)
        try await perform(["run", "canary", "--check", "--diff", "-v"] + inventory + options)
        try await perform(["run", "canary", "--check", "--diff", "--output", "json"] + inventory + options)
    }

    /// A run that fails, observed while a guard, a step and a job are at work; then its resumption.
    package func runAndResume() async throws {
        let pauses = ["guard", "step", "job"]
        _ = try await host(
            "cd \(target) && rm -f *.begun && touch fail \(pauses.map { $0 + ".pause" }.joined(separator: " "))"
        )
        async let failed = perform(["run", "canary", "--diff", "-v"] + inventory + options)
        for pause in pauses {
            let processes = try await host(
                """
                cd \(target); n=0
                until [ -e \(pause).begun ] || [ $n -ge 1200 ]; do sleep 0.1; n=$((n+1)); done
                [ -e \(pause).begun ] || { echo 'there is no \(pause)' >&2; exit 1; }
                cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '
                """
            )
            search(processes, "the processes of the host during the \(pause)")
            try await searchHost("during the \(pause)")
            _ = try await host("rm \(target)/\(pause).pause")
        }
        try expect(try await failed, toTell: ["failed 1", "«hidden»"])
        _ = try await host("rm \(target)/fail")
        try expect(try await perform(["run", "--resume", "-v", "--diff"]), toTell: ["failed 0"])
    }

    package func planAndApply() async throws {
        let plan = place + "/site.plan"
        _ = try await host(
            "cd \(target) && for f in file config template line tree/key; do echo old >$f; done"
        )
        try expect(
            try await perform(["plan", "canary", "-v", "-o", plan] + inventory + options),
            toTell: ["another → «hidden»"]
        )
        try await perform(["plan", "--show", plan, "-v"])
        search(try String(contentsOfFile: plan, encoding: .utf8), "the plan's file")
        try expect(try await perform(["apply", plan, "--diff", "-v"]), toTell: ["failed 0"])
        _ = try await host("cd \(target) && for f in file config template line; do echo old >$f; done")
        try await perform(["run", "canary", "--diff", "--output", "json"] + inventory + options)
        _ = try await perform(
            ["exec", "all"] + inventory + [
                "--", "sh", "-c", "cd \(target) && cat file config template line tree/key; exit 3",
            ]
        )
    }

    /// What is left of all that.
    package func lookBack() async throws {
        for words in [["list"], ["show", "-v"], ["show", "--json"]] { try await perform(["history"] + words) }
        for path in try FileManager.default.subpathsOfDirectory(atPath: place + "/state") {
            guard let bytes = FileManager.default.contents(atPath: "\(place)/state/\(path)") else { continue }
            search(String(decoding: bytes, as: UTF8.self), "state/\(path)")
        }
        try await searchHost("at the end")
    }

    // MARK: What is looked for

    @discardableResult
    private func perform(_ words: [String]) async throws -> String {
        let output = try await apus(words)
        search(output, "what `apus \(words.prefix(3).joined(separator: " "))…` wrote")
        return output
    }

    /// The test shows nothing where the verb did not do what it is there for.
    private func expect(_ output: String, toTell words: [String]) throws {
        for word in words where !output.contains(word) { throw Untold(word: word, output: output) }
    }

    package struct Untold: Error {
        let word: String
        let output: String
    }

    package func search(_ text: String, _ place: String) {
        for canary in all where canary.needles.contains(where: text.contains) {
            leaks.append("\(canary.name) in \(place)")
        }
    }

    private func searchHost(_ when: String) async throws {
        let found = try await host("grep -rlaF -D skip -f \(needlesFile) \(searched) || [ $? = 1 ]")
        if !found.isEmpty { leaks.append("\(when), on the host in \(found)") }
    }
}
