import Foundation

/// Values as JSON, one a line; keys are sorted, and times are in UTC with milliseconds.
enum JSONLines {
    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var value = encoder.singleValueContainer()
            try value.encode(date.formatted(time))
        }
        return encoder
    }()

    private static let decoder = {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            try time.parse(try decoder.singleValueContainer().decode(String.self))
        }
        return decoder
    }()

    private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// With the line's end.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from line: Data) throws -> Value {
        try decoder.decode(type, from: line)
    }
}
