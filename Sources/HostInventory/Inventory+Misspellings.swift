extension Inventory {
    /// Variables that look like a typing error: nobody asks for them, and a name that is asked for, and that one of
    /// their hosts does not have, differs in a way in which only one of the two can be meant.
    ///
    /// - Parameter asked: the names of all variables that somebody reads.
    /// - Returns: one problem a name, at the first place that sets it.
    package func misspellings(asked: Set<String>) -> [InventoryError.Problem] {
        let spelling = Spelling(known: asked)
        var originals: [String: String?] = [:]
        var found: [String: (place: SourceLocation, original: String)] = [:]
        for host in hosts {
            for variable in host.variables where !asked.contains(variable.name) {
                let original: String?
                if let known = originals[variable.name] {
                    original = known
                } else {
                    original = spelling.original(of: variable.name)
                    originals[variable.name] = original
                }
                guard let original, found[variable.name] == nil, !host.variables.isSet(original) else {
                    continue
                }
                found[variable.name] = (variable.location, original)
            }
        }
        return found.sorted { $0.key < $1.key }.map { name, finding in
            .init(
                "nobody reads the variable '\(name)'; did you mean '\(finding.original)'?",
                at: finding.place
            )
        }
    }
}

/// Tells typing errors in names from other names.
private struct Spelling {
    private let known: [Name]
    /// All words of known names: who writes one of these means it.
    private let vocabulary: Set<[UInt8]>

    private struct Name {
        let text: String
        /// In lower case.
        let words: [[UInt8]]

        init(_ text: String) {
            self.text = text
            words = text.lowercased().utf8.split { $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }.map(
                Array.init
            )
        }
    }

    init(known: Set<String>) {
        self.known = known.sorted().map(Name.init)
        vocabulary = Set(self.known.flatMap(\.words))
    }

    /// The known name that somebody meant who typed `text`.
    func original(of text: String) -> String? {
        let name = Name(text)
        return known.first { isMisspelling(name, of: $0) }?.text
    }

    /// The same letters, or one word that is typed wrongly.
    private func isMisspelling(_ name: Name, of known: Name) -> Bool {
        if name.words.joined().elementsEqual(known.words.joined()) { return true }
        guard name.words.count == known.words.count else { return false }
        let different = zip(name.words, known.words).filter { $0 != $1 }
        guard different.count == 1, let (word, original) = different.first else { return false }
        return isMisspelling(word, of: original)
    }

    /// Endings that make another word of a word: `port` and `ports`, but not `addres` and `address`.
    private static let endings: Set<[UInt8]> = Set(["s", "es", "d", "ed"].map { Array($0.utf8) })
    /// Shorter words have too many neighbours that are words too.
    private static let shortestWord = 4
    /// From here on two errors still leave a word recognizable.
    private static let longWord = 8

    private func isMisspelling(_ word: [UInt8], of original: [UInt8]) -> Bool {
        let digits = word.filter(\.isDigit)
        guard original.count >= Self.shortestWord, word.first == original.first, !vocabulary.contains(word),
            digits == original.filter(\.isDigit)
        else { return false }
        let (short, long) = word.count < original.count ? (word, original) : (original, word)
        if long.starts(with: short), short.last != long.last,
            Self.endings.contains(Array(long[short.count...]))
        {
            return false
        }
        return editDistance(word, original) <= (original.count >= Self.longWord ? 2 : 1)
    }
}
