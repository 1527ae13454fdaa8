/// Text in a type that gets its `==` from the compiler: compared by bytes, as `String.isSame(as:)` does.
@propertyWrapper
struct Bytewise<Value: BytewiseEquatable>: Equatable {
    var wrappedValue: Value

    static func == (left: Bytewise, right: Bytewise) -> Bool {
        left.wrappedValue.isSame(as: right.wrappedValue)
    }
}

extension Bytewise: Sendable where Value: Sendable {}

protocol BytewiseEquatable {
    func isSame(as other: Self) -> Bool
}

extension String: BytewiseEquatable {}

extension String?: BytewiseEquatable {
    func isSame(as other: String?) -> Bool {
        guard let self, let other else { return self == nil && other == nil }
        return self.isSame(as: other)
    }
}

extension [String]: BytewiseEquatable {
    func isSame(as other: [String]) -> Bool {
        elementsEqual(other) { $0.isSame(as: $1) }
    }
}
