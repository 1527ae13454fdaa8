extension Variables {
    /// Reads the variable as the type that the context asks for.
    ///
    /// An optional type reads a variable that is not set, or is `None`, as nil.
    /// - Throws: `VariableError`: not set, or not of that type.
    public subscript<T: Decodable>(_ name: String) -> T {
        get throws(VariableError) { try value(name) }
    }

    /// Reads the variable; one that is not set gives `fallback`. One of the wrong type is still an error.
    public subscript<T: Decodable>(_ name: String, default fallback: @autoclosure () -> T) -> T {
        get throws(VariableError) { try value(name, default: fallback()) }
    }

    /// Reads the variable as a `T`.
    public func value<T: Decodable>(_ name: String, as type: T.Type = T.self) throws(VariableError) -> T {
        let log = ProblemLog()
        guard let variable = variable(name) else {
            let absent = Variable(name: name, value: .null, text: "", location: hostLocation)
            if type is any ExpressibleByNilLiteral.Type {
                return try read(type, from: .value(Node(absent, host: host)), log: log)
            }
            throw VariableError([missing(name, wanted: wantedName(of: type))])
        }
        return try read(type, from: .value(Node(variable, host: host)), log: log)
    }

    /// Reads the variable as a `T`; one that is not set gives `fallback`.
    public func value<T: Decodable>(
        _ name: String,
        default fallback: @autoclosure () -> T
    ) throws(VariableError) -> T {
        guard contains(name) else { return fallback() }
        return try value(name, as: T.self)
    }

    /// Reads a path on this machine: `~` is the home directory, and a relative one starts at the directory of the
    /// inventory file that sets it.
    ///
    /// - Throws: `VariableError`: not set, or no path.
    public func localPath(_ name: String) throws(VariableError) -> String {
        let text: String = try value(name)
        let location = variable(name)?.location ?? hostLocation
        guard !text.isEmpty, let path = Paths.resolve(text, besideFile: location.file) else {
            throw VariableError([
                VariableError.Problem(
                    host: host,
                    variable: name,
                    location: location,
                    reason: .mistyped(wanted: "a path", found: "«\(text)»")
                )
            ])
        }
        return path
    }

    /// Reads a whole struct, each of its keys from the variable of that name.
    ///
    /// - Throws: `VariableError` that lists every missing and mistyped key.
    public func decode<T: Decodable>(_ type: T.Type = T.self) throws(VariableError) -> T {
        try read(type, from: .variables(self), log: ProblemLog())
    }

    func missing(_ name: String, wanted: String) -> VariableError.Problem {
        VariableError.Problem(
            host: host,
            variable: name,
            location: hostLocation,
            reason: .missing(wanted: wanted, suggestions: nearNames(to: name, among: names))
        )
    }

    private func read<T: Decodable>(
        _ type: T.Type,
        from source: VariableDecoder.Source,
        log: ProblemLog
    ) throws(VariableError) -> T {
        let decoder = VariableDecoder(source: source, log: log)
        let result: T
        do {
            result = try decoder.decode(type)
        } catch is Abandoned where !log.problems.isEmpty {
            throw VariableError(log.problems)
        } catch let error as VariableError {
            throw VariableError(log.problems + error.problems)
        } catch {
            // A check of the type itself, thrown after its keys were read; with earlier problems it only
            // saw their placeholders and says nothing new.
            if log.problems.isEmpty { log.record(error, wanted: wantedName(of: type), in: source) }
            throw VariableError(log.problems)
        }
        guard log.problems.isEmpty else { throw VariableError(log.problems) }
        return result
    }
}
