/// A cycle of turns in which each member has as many as its weight, spread as evenly as can be: of 3, 1 and 1 the
/// members 0, 1, 0, 2, 0. Weights below 1 get none.
public func turns(for weights: [Int]) -> [Int] {
    let divisor = max(1, weights.reduce(0, greatestCommonDivisor))
    let shares = weights.map { max(0, $0) / divisor }
    let total = shares.reduce(0, +)
    // Everybody's claim grows by its share; the highest has its turn and pays for all.
    var claims = shares.map { _ in 0 }
    return (0..<total).map { _ in
        var next = 0
        for member in claims.indices {
            claims[member] += shares[member]
            if claims[member] > claims[next] { next = member }
        }
        claims[next] -= total
        return next
    }
}

private func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    var (left, right) = (left, max(0, right))
    while right != 0 { (left, right) = (right, left % right) }
    return left
}
