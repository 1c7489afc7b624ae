/// One of those who are compared, and how it is loaded for one round.
struct Contender {
    let name: String
    let pid: Int32
    let load: (_ mark: () -> Void) throws(BenchError) -> LoadResult

    init(_ proxy: Proxy, _ load: @escaping (_ mark: () -> Void) throws(BenchError) -> LoadResult) {
        (name, pid, self.load) = (proxy.name, proxy.child.pid, load)
    }

    /// - Parameter name: For a process that is loaded in more than one way.
    init(
        _ proxy: Proxy, as name: String, _ load: @escaping (_ mark: () -> Void) throws(BenchError) -> LoadResult
    ) {
        (self.name, pid, self.load) = (name, proxy.child.pid, load)
    }
}

/// Costs of each contender in each round; nil where the round was void.
struct RoundTable {
    /// What a load's cost is divided by.
    enum Unit {
        case count, gigabytes
        func of(_ result: LoadResult) -> Double {
            self == .count ? Double(result.count) : Double(result.bytes) / 1e9
        }
    }

    private(set) var costs: [String: [Double?]] = [:]
    private(set) var rates: [String: [Double]] = [:]
    private(set) var faults: [String] = []

    /// Loads all in turn, forwards and backwards by turns, so that a slow spell of the machine meets all alike.
    static func measure(
        _ contenders: [Contender], rounds: Int, per unit: Unit = .count
    ) throws(BenchError) -> RoundTable {
        var table = RoundTable()
        for round in 0..<rounds {
            for contender in round % 2 == 0 ? contenders : contenders.reversed() {
                var used: [UInt64] = []
                var result = LoadResult()
                do {
                    result = try contender.load { used.append(Cost.cpu(contender.pid)) }
                } catch {
                    try Interruption.check()
                    result.fault = error.message
                }
                // What the last load left to do shall not be counted as another's wait.
                try Clock.sleep(milliseconds: 20)
                guard result.fault == nil, used.count == 2, unit.of(result) > 0 else {
                    table.costs[contender.name, default: []].append(nil)
                    table.faults.append("\(contender.name), round \(round + 1): \(result.fault ?? "nothing answered")")
                    continue
                }
                table.costs[contender.name, default: []].append(Double(used[1] - used[0]) / unit.of(result))
                table.rates[contender.name, default: []].append(unit.of(result) / result.seconds)
            }
        }
        return table
    }

    /// Nanoseconds a unit.
    func cost(_ name: String) -> Spread { Spread((costs[name] ?? []).compactMap(\.self)) }

    /// Ratios of the rounds that count for both.
    func ratio(_ name: String, to other: String) -> Spread {
        let pairs = zip(costs[name] ?? [], costs[other] ?? [])
        return Spread(pairs.compactMap { one, two in one.flatMap { one in two.map { one / $0 } } })
    }
}
