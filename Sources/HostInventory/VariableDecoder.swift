/// Collects the problems of one reading.
final class ProblemLog {
    var problems: [VariableError.Problem] = []

    /// Records what a type's own initializer threw.
    func record(_ error: any Error, wanted: String, in source: VariableDecoder.Source) {
        switch source {
        case .value(let node):
            guard case DecodingError.dataCorrupted(let context) = error,
                !context.debugDescription.hasPrefix("Cannot initialize")
            else {
                // `Cannot initialize X from invalid … value` is what synthesized enumerations say: the
                // list of cases says more.
                if error is DecodingError {
                    problems.append(node.problem(.mistyped(wanted: wanted, found: node.shown)))
                } else {
                    problems.append(node.problem(.refused(message: "\(error)", found: node.shown)))
                }
                return
            }
            problems.append(node.problem(.refused(message: context.debugDescription, found: node.shown)))
        case .variables(let variables):
            let message: String
            if case DecodingError.dataCorrupted(let context) = error {
                message = context.debugDescription
            } else {
                message = "\(error)"
            }
            problems.append(
                VariableError.Problem(
                    host: variables.host,
                    variable: wanted,
                    location: variables.hostLocation,
                    reason: .refused(message: message, found: "the host's variables")
                )
            )
        case .placeholder:
            break
        }
    }
}

/// Thrown where reading cannot go on; what led there is in the log already.
struct Abandoned: Error {}

/// A value on the way down into a variable.
struct Node {
    let variable: Variable
    let host: String
    let value: Value
    /// `[2].port` for a value inside a list; empty for the variable itself.
    let path: String
    private let isHidden: Bool

    init(_ variable: Variable, host: String) {
        self.init(
            variable: variable,
            host: host,
            value: variable.value,
            path: "",
            isHidden: variable.isSensitive
        )
    }

    private init(variable: Variable, host: String, value: Value, path: String, isHidden: Bool) {
        self.variable = variable
        self.host = host
        self.value = value
        self.path = path
        self.isHidden = isHidden
    }

    func child(_ value: Value, at index: Int) -> Node {
        Node(variable: variable, host: host, value: value, path: "\(path)[\(index)]", isHidden: isHidden)
    }

    func child(_ value: Value, at key: String) -> Node {
        Node(
            variable: variable,
            host: host,
            value: value,
            path: "\(path).\(key)",
            isHidden: isHidden || Variable.isSensitive(key)
        )
    }

    var text: String { path.isEmpty ? variable.text : value.plainText }

    var shown: String {
        if isHidden { return Secret.placeholder }
        return path.isEmpty ? variable.shown : value.description
    }

    func problem(_ reason: VariableError.Problem.Reason) -> VariableError.Problem {
        VariableError.Problem(
            host: host,
            variable: variable.name + path,
            location: variable.location,
            reason: reason
        )
    }
}

/// Decodes variables and their values; problems go into the log, and reading goes on with placeholders.
struct VariableDecoder: Decoder {
    enum Source {
        /// All variables of a host, as the keys of a struct.
        case variables(Variables)
        case value(Node)
        /// Answers everything with zero or empty, see `Scalar.placeholder`.
        case placeholder
    }

    let source: Source
    let log: ProblemLog
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        guard let scalar = type as? any Scalar.Type else { return try T(from: self) }
        switch source {
        case .value(let node):
            if let value = scalar.reading(node.value, text: node.text) as? T { return value }
            log.problems.append(node.problem(.mistyped(wanted: scalar.wanted, found: node.shown)))
        case .variables(let variables):
            if T.self == Value.self, let value = variables.asValue as? T { return value }
            throw Abandoned()
        case .placeholder:
            break
        }
        guard let placeholder = scalar.placeholder as? T else { throw Abandoned() }
        return placeholder
    }

    /// Decodes a part; where that fails, records why and goes on with a placeholder if the type has one.
    func decode<T: Decodable>(_ type: T.Type, from source: Source) throws -> T {
        let known = log.problems.count
        do {
            return try VariableDecoder(source: source, log: log).decode(type)
        } catch let error as VariableError {
            log.problems += error.problems
            return try placeholder(type)
        } catch {
            if !(error is Abandoned), log.problems.count == known {
                log.record(error, wanted: wantedName(of: type), in: source)
            }
            return try placeholder(type)
        }
    }

    func placeholder<T: Decodable>(_ type: T.Type) throws -> T {
        if let cases = type as? any CaseIterable.Type, let first = firstCase(of: cases) as? T { return first }
        do {
            return try VariableDecoder(source: .placeholder, log: log).decode(type)
        } catch {
            throw Abandoned()
        }
    }

    private func firstCase<C: CaseIterable>(of type: C.Type) -> C? { type.allCases.first }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if case .value(let node) = source {
            guard case .dictionary = node.value else {
                throw VariableError([node.problem(.mistyped(wanted: "a dictionary", found: node.shown))])
            }
        }
        return KeyedDecodingContainer(KeyedVariables<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        switch source {
        case .value(let node):
            guard case .list(let values) = node.value else {
                throw VariableError([node.problem(.mistyped(wanted: "a list", found: node.shown))])
            }
            let sources = values.enumerated().map { Source.value(node.child($1, at: $0)) }
            return UnkeyedVariables(decoder: self, sources: sources)
        case .variables:
            throw Abandoned()
        case .placeholder:
            return UnkeyedVariables(decoder: self, sources: [])
        }
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleVariable(decoder: self)
    }
}

extension Variables {
    var asValue: Value {
        .dictionary(Dictionary(uniqueKeysWithValues: map { ($0.name, $0.value) }))
    }
}
