/// One value; `Optional` and enumerations with raw values come through here.
struct SingleVariable: SingleValueDecodingContainer {
    let decoder: VariableDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool {
        switch decoder.source {
        case .value(let node): node.value == .null
        case .variables: false
        case .placeholder: true
        }
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let known = decoder.log.problems.count
        let value = try decoder.decode(type)
        guard decoder.log.problems.count > known else { return value }
        // Thrown, not logged: the caller may try another type, and what it would make of a placeholder
        // (an enumeration: no such case) would hide the cause.
        let problems = Array(decoder.log.problems[known...])
        decoder.log.problems.removeSubrange(known...)
        throw VariableError(problems)
    }
}

/// The keys of a struct: a host's variables, or the entries of a dictionary.
struct KeyedVariables<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: VariableDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] {
        switch decoder.source {
        case .variables(let variables): variables.names.compactMap { Key(stringValue: $0) }
        case .value(let node): node.entries.keys.sorted().compactMap { Key(stringValue: $0) }
        case .placeholder: []
        }
    }

    private func source(_ key: Key) -> VariableDecoder.Source? {
        switch decoder.source {
        case .variables(let variables):
            variables.variable(key.stringValue).map { .value(Node($0, host: variables.host)) }
        case .value(let node):
            node.entries[key.stringValue].map { .value(node.child($0, at: key.stringValue)) }
        case .placeholder:
            .placeholder
        }
    }

    func contains(_ key: Key) -> Bool {
        if case .placeholder = decoder.source { return false }
        return source(key) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        guard case .value(let node) = source(key) else { return true }
        return node.value == .null
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        guard let source = source(key) else {
            recordMissing(key, wanted: wantedName(of: type))
            return try decoder.placeholder(type)
        }
        return try decoder.decode(type, from: source)
    }

    private func recordMissing(_ key: Key, wanted: String) {
        switch decoder.source {
        case .variables(let variables):
            decoder.log.problems.append(variables.missing(key.stringValue, wanted: wanted))
        case .value(let node):
            let near = nearNames(to: key.stringValue, among: node.entries.keys)
            let missing = node.child(.null, at: key.stringValue)
            decoder.log.problems.append(missing.problem(.missing(wanted: wanted, suggestions: near)))
        case .placeholder:
            break
        }
    }

    private func part(_ key: Key) throws -> VariableDecoder {
        guard let source = source(key) else {
            recordMissing(key, wanted: "a dictionary or a list")
            throw Abandoned()
        }
        return VariableDecoder(source: source, log: decoder.log)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try part(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try part(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try part(key) }
}

/// The elements of a list.
struct UnkeyedVariables: UnkeyedDecodingContainer {
    let decoder: VariableDecoder
    let sources: [VariableDecoder.Source]
    private(set) var currentIndex = 0
    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { sources.count }
    var isAtEnd: Bool { currentIndex >= sources.count }

    init(decoder: VariableDecoder, sources: [VariableDecoder.Source]) {
        self.decoder = decoder
        self.sources = sources
    }

    private mutating func next() throws -> VariableDecoder.Source {
        guard !isAtEnd else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "wanted more than \(sources.count) elements")
            )
        }
        defer { currentIndex += 1 }
        return sources[currentIndex]
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, case .value(let node) = sources[currentIndex], node.value == .null else {
            return false
        }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try decoder.decode(type, from: next())
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try superDecoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try superDecoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        VariableDecoder(source: try next(), log: decoder.log)
    }
}

extension Node {
    var entries: [String: Value] {
        if case .dictionary(let entries) = value { entries } else { [:] }
    }
}
