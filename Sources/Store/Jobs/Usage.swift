public import Basics

/// A day of UTC, counted from 1970-01-01.
public struct UsageDay: Sendable, Hashable, Comparable {
    public let number: Int

    public init(number: Int) { self.number = number }
    public init(_ time: Timestamp) {
        let seconds = Int(time.seconds)
        number = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
    }

    /// Its first moment.
    public var start: Timestamp { Timestamp(seconds: Int64(number) * 86_400) }
    public var next: UsageDay { UsageDay(number: number + 1) }
    public var firstOfMonth: UsageDay {
        let civil = start.civil
        return UsageDay(Timestamp(year: civil.year, month: civil.month, day: 1))
    }
    public var firstOfNextMonth: UsageDay {
        let civil = start.civil
        let (year, month) = civil.month == 12 ? (civil.year + 1, 1) : (civil.year, civil.month + 1)
        return UsageDay(Timestamp(year: year, month: month, day: 1))
    }

    public static func < (left: UsageDay, right: UsageDay) -> Bool { left.number < right.number }
}

/// What one account's runs of one workflow came to on one day.
public struct UsageRecord: Sendable, Hashable {
    public let account: UUID
    /// That of the end.
    public let day: UsageDay
    /// The editor's id of the workflow; else the beginning of the graph's signature.
    public let workflow: String
    /// Jobs that ended after a worker had begun with them, or failed before.
    public let jobs: Int
    /// How many of them did not succeed.
    public let failed: Int
    /// From the worker's start to its end, of the attempt that counted.
    public let gpuMilliseconds: Int
    /// Bytes of the files they brought.
    public let bytes: Int

    public init(
        account: UUID, day: UsageDay, workflow: String, jobs: Int, failed: Int, gpuMilliseconds: Int, bytes: Int
    ) {
        (self.account, self.day, self.workflow) = (account, day, workflow)
        (self.jobs, self.failed, self.gpuMilliseconds, self.bytes) = (jobs, failed, gpuMilliseconds, bytes)
    }
}
