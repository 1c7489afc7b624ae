/// The least that a durable queue on SQLite costs: rows of so many bytes, WAL, `synchronous = FULL`, and nothing else.
///
/// Its writers come back at once, without a network: what gathered during the last sync is all of them.
struct GroupCommit {
    let folder: String

    struct Seen {
        let perSecond: Double
        /// Microseconds from handing a row in to its sync.
        let median: Double
        let cpuEach: Double

        var line: String { "commits \(perSecond.spelled(1)) \(median.spelled(1)) \(cpuEach.spelled(2))" }

        init(perSecond: Double, median: Double, cpuEach: Double) {
            (self.perSecond, self.median, self.cpuEach) = (perSecond, median, cpuEach)
        }

        init?(line: String) {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\n" })
            guard words.count == 4, words[0] == "commits", let rate = Double(words[1]), let median = Double(words[2]),
                let cpu = Double(words[3])
            else { return nil }
            self.init(perSecond: rate, median: median, cpuEach: cpu)
        }
    }

    func run(writers: Int, bytes: Int, seconds: Double) throws(BenchError) -> Seen {
        let database = try Database(folder + "/bare.db")
        try database.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS job (sequence INTEGER PRIMARY KEY, body BLOB NOT NULL);
            """)
        let (begin, commit) = (try database.prepare("BEGIN IMMEDIATE"), try database.prepare("COMMIT"))
        let insert = try database.prepare("INSERT INTO job (body) VALUES (?)")
        let body = [UInt8](repeating: 0x78, count: bytes)
        var times: [Double] = []
        var start = Clock.now()
        var used = Cost.ownCPU
        let warm = start + 100_000_000
        let end = warm + UInt64(seconds * 1e9)
        var isWarm = false
        while true {
            let began = Clock.now()
            guard began < end else { break }
            if !isWarm, began >= warm { (isWarm, start, used) = (true, began, Cost.ownCPU) }
            _ = try begin.step()
            for _ in 0..<writers {
                insert.bind(body)
                _ = try insert.step()
            }
            _ = try commit.step()
            if isWarm { times.append(Double(Clock.now() - began) / 1e3) }
        }
        let rows = Double(times.count * writers)
        return Seen(
            perSecond: rows * 1e9 / Double(Clock.now() - start), median: Spread(times).median,
            cpuEach: Double(Cost.ownCPU - used) / rows / 1e3)
    }
}
