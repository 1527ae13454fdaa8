/// Two texts as a unified diff with three lines of context.
struct UnifiedDiff {
    let lines: [Line]

    enum Line: Equatable {
        case hunk(String)
        case kept(String)
        case removed(String)
        case added(String)
    }

    init(from before: String, to after: String, context: Int = 3) {
        let old = Self.lines(of: before)
        let new = Self.lines(of: after)
        let script = Self.script(old, new)
        lines = Self.hunks(of: script, context: context)
    }

    private static func lines(of text: String) -> [Substring] {
        // By scalars: a carriage return and a line feed are one character.
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(
            Substring.init
        )
        if lines.last?.isEmpty == true {
            lines.removeLast()
        } else if let last = lines.popLast() {
            lines.append(last + "\n\\ No newline at end of file")
        }
        return lines
    }

    /// All lines of both texts in order, each kept, removed or added.
    private static func script(_ old: [Substring], _ new: [Substring]) -> [Line] {
        let difference = new.difference(from: old)
        var removed = Set<Int>()
        var added = Set<Int>()
        for change in difference {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var script: [Line] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if removed.contains(i), i < old.count {
                script.append(.removed(String(old[i])))
                i += 1
            } else if added.contains(j), j < new.count {
                script.append(.added(String(new[j])))
                j += 1
            } else {
                script.append(.kept(String(old[i])))
                i += 1
                j += 1
            }
        }
        return script
    }

    private static func hunks(of script: [Line], context: Int) -> [Line] {
        let changed = script.indices.filter { if case .kept = script[$0] { false } else { true } }
        guard let first = changed.first else { return [] }
        var ranges: [ClosedRange<Int>] = [first...first]
        for index in changed.dropFirst() {
            if index - ranges[ranges.count - 1].upperBound <= 2 * context {
                ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound...index
            } else {
                ranges.append(index...index)
            }
        }
        return ranges.flatMap { range -> [Line] in
            let padded =
                max(0, range.lowerBound - context)...min(script.count - 1, range.upperBound + context)
            let body = Array(script[padded])
            return [.hunk(header(of: body, after: script[..<padded.lowerBound]))] + body
        }
    }

    private static func header(of body: [Line], after lead: ArraySlice<Line>) -> String {
        func counts(_ lines: some Sequence<Line>) -> (old: Int, new: Int) {
            lines.reduce(into: (0, 0)) { counts, line in
                switch line {
                case .kept: counts = (counts.0 + 1, counts.1 + 1)
                case .removed: counts.0 += 1
                case .added: counts.1 += 1
                case .hunk: break
                }
            }
        }
        let (before, here) = (counts(lead), counts(body))
        return
            "@@ -\(before.old + (here.old > 0 ? 1 : 0)),\(here.old) +\(before.new + (here.new > 0 ? 1 : 0)),\(here.new) @@"
    }
}
