internal import Glibc
internal import Loop

/// What a process has used, read from `/proc`.
enum Cost {
    /// Nanoseconds on a processor, of all threads that live.
    ///
    /// `schedstat` counts nanoseconds; the ticks of `stat` are 10 ms and too coarse for rounds of a second.
    static func cpu(_ pid: Int32) -> UInt64 {
        var sum: UInt64 = 0
        for thread in folderNames(at: "/proc/\(pid)/task").names {
            guard let line = Files.text("/proc/\(pid)/task/\(thread)/schedstat"),
                let first = line.split(separator: " ").first, let used = UInt64(first)
            else { continue }
            sum += used
        }
        return sum
    }

    /// Nanoseconds on a processor, of this process.
    static var ownCPU: UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Proportional resident bytes: what would be free if it ended. Kernel memory of its sockets is not in it.
    static func proportionalBytes(_ pid: Int32) -> Int { field("Pss:", "/proc/\(pid)/smaps_rollup") }
    /// Resident bytes that belong to no file: the heap and stacks.
    static func anonymousBytes(_ pid: Int32) -> Int { field("RssAnon:", "/proc/\(pid)/status") }
    static func residentBytes(_ pid: Int32) -> Int { field("VmRSS:", "/proc/\(pid)/status") }

    private static func field(_ name: String, _ path: String) -> Int {
        for line in (Files.text(path) ?? "").split(separator: "\n") where line.hasPrefix(name) {
            let words = line.split(separator: " ")
            return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * 1_024
        }
        return 0
    }
}
