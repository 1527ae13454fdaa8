extension ConfigurationReader {
    /// The first argument; statements without one do not come this far.
    func text(_ statement: Statement) -> String {
        statement.arguments.first?.text ?? ""
    }

    mutating func integer(_ statement: Statement, _ range: ClosedRange<Int>) -> Int? {
        guard let argument = statement.arguments.first else { return nil }
        return integer(argument, range, of: statement.keyword)
    }

    mutating func integer(_ argument: Token, _ range: ClosedRange<Int>, of keyword: Token) -> Int? {
        if let value = parseInteger(argument.bytes), range.contains(value) { return value }
        refuse(argument, of: keyword, "a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
        return nil
    }

    /// Says what a keyword wants instead of `argument`, which keepalived leaves out.
    mutating func refuse(_ argument: Token, of keyword: Token, _ wanted: Message) {
        let message: Message = "'\(keyword.text)' wants "
        diagnostics.tolerable(message + wanted + ", found '\(argument.text)'", at: argument.location)
    }

    /// Seconds with decimals; the range is in seconds too.
    mutating func seconds(_ statement: Statement, _ range: ClosedRange<Int64>) -> Duration? {
        guard let argument = statement.arguments.first else { return nil }
        if let value = parseMicroseconds(argument.bytes), value >= range.lowerBound * 1_000_000,
            value <= range.upperBound * 1_000_000
        {
            return .microseconds(value)
        }
        let wanted: Message = "seconds from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
        refuse(argument, of: statement.keyword, wanted)
        return nil
    }

    /// Without an argument: yes.
    ///
    /// - Parameter wanted: the words that the message names; all others of keepalived are taken too.
    mutating func boolean(_ statement: Statement, _ wanted: Message = "true or false") -> Bool? {
        guard let argument = statement.arguments.first else { return true }
        switch argument {
        case "on", "true", "yes": return true
        case "off", "false", "no": return false
        default:
            refuse(argument, of: statement.keyword, wanted)
            return nil
        }
    }

    func user(_ arguments: ArraySlice<Token>) -> ScriptUser? {
        guard let user = arguments.first else { return nil }
        return ScriptUser(user: user.text, group: arguments.dropFirst().first?.text)
    }

    mutating func version(_ statement: Statement) -> Instance.Version? {
        integer(statement, 2...3).flatMap { Instance.Version(rawValue: UInt8($0)) }
    }

    /// `N`, `N reverse` or `N noreverse`.
    mutating func weight(_ arguments: ArraySlice<Token>, of keyword: Token) -> (Int, reverse: Bool?)? {
        guard let first = arguments.first else {
            diagnostics.error("'weight' wants a number from -253 to 253", at: keyword.location)
            return nil
        }
        guard let weight = integer(first, -253...253, of: keyword) else { return nil }
        guard let word = arguments.dropFirst().first else { return (weight, nil) }
        switch word {
        case "reverse": return (weight, true)
        case "noreverse": return (weight, false)
        default:
            diagnostics.tolerable("wanted 'reverse' or 'noreverse', found '\(word.text)'", at: word.location)
            return nil
        }
    }

    /// One quoted argument with the whole command in it, or the command's words themselves.
    mutating func command(_ statement: Statement) -> [String] {
        var line: [UInt8] = []
        for argument in statement.arguments {
            if !line.isEmpty { line.append(0x20) }
            line += argument.bytes
        }
        return command(line, at: statement.arguments.first?.location ?? statement.keyword.location)
    }

    mutating func command(_ line: [UInt8], at location: Location) -> [String] {
        guard let words = splitCommand(line) else {
            diagnostics.error("a quote in this command is never closed", at: location)
            return []
        }
        guard let program = words.first, !program.utf8.isEmpty else {
            diagnostics.error("the command is empty", at: location)
            return []
        }
        return words
    }

    mutating func readGratuitousARP(_ statement: Statement, into settings: inout GratuitousARP) {
        switch statement.keyword {
        case "garp_master_delay", "vrrp_garp_master_delay":
            settings.delay = seconds(statement, 0...86_400) ?? settings.delay
        case "garp_master_repeat", "vrrp_garp_master_repeat":
            settings.repeat = integer(statement, 1...100) ?? settings.repeat
        case "garp_master_refresh", "vrrp_garp_master_refresh":
            settings.refresh = seconds(statement, 0...86_400) ?? settings.refresh
        case "garp_master_refresh_repeat", "vrrp_garp_master_refresh_repeat":
            settings.refreshRepeat = integer(statement, 1...100) ?? settings.refreshRepeat
        case "vrrp_garp_interval":
            settings.interval = seconds(statement, 0...86_400) ?? settings.interval
        default: break
        }
    }
}
