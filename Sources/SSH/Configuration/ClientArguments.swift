/// Arguments of ssh(1) that somebody wrote into an inventory: those that say how to connect.
public struct ClientArguments: Sendable, Equatable {
    public private(set) var settings: [ClientSetting] = []
    /// `-F`: read instead of the usual files.
    public private(set) var configurationFile: String?

    public init() {}

    /// Reads `-o Option=value`, `-J`, `-i`, `-p`, `-l` and `-F`, in both forms (`-p 22`, `-p22`).
    ///
    /// - Parameter location: where they are written, for messages.
    /// - Throws: `ConfigurationError` where one is none of these, or its value is wrong.
    public init(_ words: [String], location: String) throws(ConfigurationError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            let flag = String(word.prefix(2))
            guard Self.options[flag] != nil || flag == "-o" || flag == "-F" else {
                throw ConfigurationError(
                    location: location,
                    text: "the argument \(word) is not supported; there are -o, -J, -i, -p, -l and -F "
                        + "(or use connection=openssh)"
                )
            }
            guard let value = word.count > 2 ? String(word.dropFirst(2)) : rest.popFirst() else {
                throw ConfigurationError(location: location, text: "\(flag) needs a value")
            }
            try take(flag, value, location: location)
        }
    }

    /// The arguments that stand for an option.
    private static let options = ["-J": "proxyjump", "-i": "identityfile", "-p": "port", "-l": "user"]

    private mutating func take(
        _ flag: String,
        _ value: String,
        location: String
    ) throws(ConfigurationError) {
        if flag == "-F" {
            configurationFile = configurationFile ?? value
            return
        }
        func failure(_ text: String) -> ConfigurationError {
            ConfigurationError(location: location, text: "\(flag) \(value): \(text)")
        }
        do {
            let (keyword, arguments): (String, [String])
            if let option = Self.options[flag] {
                (keyword, arguments) = (option, [value])
            } else if let line = try ConfigurationLine(value[...]) {
                (keyword, arguments) = (line.keyword.text, line.arguments.map(\.text))
            } else {
                return
            }
            let setting = try ClientSetting(keyword: keyword, arguments: arguments, location: location)
            if let setting { settings.append(setting) }
        } catch let error as ClientSetting.Failure {
            throw failure(error.text)
        } catch let error as ConfigurationLine.Failure {
            throw failure(error.text)
        } catch {
            throw failure("\(error)")
        }
    }
}
