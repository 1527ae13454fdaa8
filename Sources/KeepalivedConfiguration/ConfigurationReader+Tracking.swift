// Checks, watched processes, groups, and how instances refer to them.
extension ConfigurationReader {
    private static let scriptKeywords: [Keyword] = [
        .value("script", 1...64), .value("interval"), .value("timeout"), .value("weight", 1...2),
        .value("rise"),
        .value("fall"), .value("user", 1...2), .flag("init_fail"),
    ]

    mutating func readScript(_ block: Statement) -> Script {
        var script = Script(name: text(block), command: [], location: block.keyword.location)
        var timeout: Duration?
        let statements = StatementParser(keywords: Self.scriptKeywords, context: "in vrrp_script")
            .parse(block.block, &diagnostics)
        for statement in statements {
            switch statement.keyword {
            case "script": script.command = command(statement)
            case "interval":
                if let interval = seconds(statement, 0...86_400) {
                    script.interval = interval
                    if interval == .zero {
                        diagnostics.warning("an interval of 0 means 1 second", at: statement.keyword.location)
                        script.interval = .seconds(1)
                    }
                }
            case "timeout": timeout = seconds(statement, 1...86_400)
            case "weight":
                if let (weight, reverse) = weight(statement.arguments[...], of: statement.keyword) {
                    script.weight = weight
                    script.reverse = reverse ?? false
                }
            case "rise": script.rise = integer(statement, 1...1000) ?? 1
            case "fall": script.fall = integer(statement, 1...1000) ?? 1
            case "user": script.user = user(statement.arguments[...])
            case "init_fail": script.initFail = true
            default: break
            }
        }
        script.timeout = timeout ?? script.interval
        let isMissing = !block.block.contains { item in
            if case .word(let token) = item, case "script" = token { return true }
            return false
        }
        if isMissing {
            diagnostics.error("vrrp_script '\(script.name)' has no 'script' to run", at: script.location)
        }
        return script
    }

    private static let processKeywords: [Keyword] =
        [.value("process"), .value("quorum"), .value("weight", 1...2)]
        + Keyword.unsupported([
            "param_match", "full_command", "quorum_max", "delay", "fork_delay", "terminate_delay",
        ])

    mutating func readProcess(_ block: Statement) -> WatchedProcess {
        let context = "in \(block.keyword.text)"
        var process = WatchedProcess(name: text(block), process: "", location: block.keyword.location)
        let statements = StatementParser(keywords: Self.processKeywords, context: context)
            .parse(block.block, &diagnostics)
        for statement in statements {
            switch statement.keyword {
            case "process": process.process = text(statement)
            case "quorum": process.quorum = integer(statement, WatchedProcess.quorums) ?? 1
            case "weight":
                if let (weight, reverse) = weight(statement.arguments[...], of: statement.keyword) {
                    process.weight = weight
                    process.reverse = reverse ?? false
                }
            default: break
            }
        }
        return process
    }

    private static let groupKeywords: [Keyword] =
        [
            .block("group"), .value("notify_master", 1...3), .value("notify_backup", 1...3),
            .value("notify_fault", 1...3), .value("notify_stop", 1...3), .value("notify", 1...3),
            .ignored("smtp_alert", 0...1), .ignored("global_tracking"),
        ]
        + Keyword.unsupported([
            "track_script", "track_process", "track_interface", "track_file", "track_bfd",
            "sync_group_tracking_weight",
        ])

    mutating func readSyncGroup(_ block: Statement) -> SyncGroup {
        var group = SyncGroup(name: text(block), members: [], location: block.keyword.location)
        let statements = StatementParser(keywords: Self.groupKeywords, context: "in vrrp_sync_group")
            .parse(block.block, &diagnostics)
        for statement in statements {
            switch statement.keyword {
            case "group": group.members += words(statement.block).map { $0.text }
            default: readNotification(statement, into: &group.notifications)
            }
        }
        return group
    }

    /// `NAME [weight N [reverse]]`, one or several a line.
    mutating func tracked(_ items: [Item]) -> [Tracked] {
        var tracked: [Tracked] = []
        for line in entries(items, startsEntry: { _ in false }) {
            var index = 0
            while index < line.count {
                var one = Tracked(line[index].text, location: line[index].location)
                index += 1
                if index < line.count, case "weight" = line[index] {
                    let keyword = line[index]
                    var end = min(index + 2, line.count)
                    if end < line.count, isReverse(line[end]) { end += 1 }
                    if let (weight, reverse) = weight(line[(index + 1)..<end], of: keyword) {
                        one.weight = weight
                        one.reverse = reverse
                    }
                    index = end
                }
                tracked.append(one)
            }
        }
        return tracked
    }

    private func isReverse(_ token: Token) -> Bool {
        switch token {
        case "reverse", "noreverse": true
        default: false
        }
    }

    mutating func readNotification(_ statement: Statement, into notifications: inout Notifications) {
        let script = notifyScript(statement)
        switch statement.keyword {
        case "notify_master": notifications.master = script
        case "notify_backup": notifications.backup = script
        case "notify_fault": notifications.fault = script
        case "notify_stop": notifications.stop = script
        default: notifications.any = script
        }
    }

    mutating func notifyScript(_ statement: Statement) -> NotifyScript? {
        guard let first = statement.arguments.first else { return nil }
        return NotifyScript(
            command(first.bytes, at: first.location),
            user: user(statement.arguments.dropFirst())
        )
    }
}
