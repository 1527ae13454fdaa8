import Foundation

/// A value in the form that Stencil can walk through: dictionaries, arrays and scalars.
///
/// Every value takes the same way, through its `Encodable` form, so that a structure, a dictionary and a list of
/// either look the same to a template. Null becomes absent.
enum TemplateValue: Decodable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([TemplateValue])
    case members([String: TemplateValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([TemplateValue].self) {
            self = .list(value)
        } else {
            self = .members(try container.decode([String: TemplateValue].self))
        }
    }

    init(_ value: some Encodable) throws {
        self = try JSONDecoder().decode(TemplateValue.self, from: JSONEncoder().encode(value))
    }

    var stencilValue: Any? {
        switch self {
        case .null: nil
        case .bool(let value): value
        case .integer(let value): value
        case .number(let value): value
        case .text(let value): value
        case .list(let values): values.compactMap(\.stencilValue)
        case .members(let values): values.compactMapValues(\.stencilValue)
        }
    }
}
