/// Names that somebody who typed `name` may have meant, nearest first, at most three.
///
/// Near means an edit distance (insertions, deletions, replacements and swaps of neighbours) of at
/// most a third of the length, and at least one.
package func nearNames(to name: String, among names: some Sequence<String>) -> [String] {
    let wanted = Array(name.lowercased().utf8)
    let limit = max(1, wanted.count / 3)
    var found: [(distance: Int, name: String)] = []
    for candidate in names where candidate != name {
        let bytes = Array(candidate.lowercased().utf8)
        guard abs(bytes.count - wanted.count) <= limit else { continue }
        let distance = editDistance(wanted, bytes)
        if distance <= limit { found.append((distance, candidate)) }
    }
    found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    return found.prefix(3).map(\.name)
}

/// `; did you mean a or b?`, or nothing where nothing is near.
package func didYouMean(_ names: [String]) -> String {
    guard !names.isEmpty else { return "" }
    return "; did you mean \(names.map { "'\($0)'" }.joined(separator: " or "))?"
}

/// The optimal string alignment distance.
func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in a.indices {
        current[0] = i + 1
        for j in b.indices {
            let replaced = previous[j] + (a[i] == b[j] ? 0 : 1)
            var best = min(previous[j + 1] + 1, current[j] + 1, replaced)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                best = min(best, beforePrevious[j - 1] + 1)
            }
            current[j + 1] = best
        }
        (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[b.count]
}
