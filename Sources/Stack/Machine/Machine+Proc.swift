internal import Basics
internal import CLinux
internal import Glibc
internal import Loop

extension Machine {
    /// Looks at this machine; blocks a moment. What a file does not say stays nil.
    ///
    /// - Parameter root: Where `/proc`, `/sys` and `/dev` lie; tests have copies.
    public static func look(root: String = "") -> Machine {
        var machine = Machine()
        machine.kernel =
            KernelFile.text(root + "/proc/sys/kernel/osrelease")?.split(separator: "\n").first.map(String.init) ?? ""
        machine.wsl = wsl(kernel: machine.kernel)
        if machine.wsl != nil { machine.wslConfigs = WSLConfig.all(root: root) }
        machine.isContainer =
            DockerEndpoint.isThere(root + "/.dockerenv") || DockerEndpoint.isThere(root + "/run/.containerenv")
        let memory = MemoryTable(KernelFile.text(root + "/proc/meminfo") ?? "")
        machine.memory = memory["MemTotal"]
        machine.memoryAvailable = memory["MemAvailable"]
        machine.swap = memory["SwapTotal"]
        machine.memoryLimit = memoryLimit(root, machine.memory)
        machine.sharedMemory = DiskFacts.look(root + "/dev/shm")?.size
        machine.cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        for (file, isV6) in [("tcp", false), ("tcp6", true)] {
            machine.listening += SocketTable.listening(KernelFile.text(root + "/proc/net/\(file)") ?? "", isV6: isV6)
        }
        machine.addresses = SocketAddress.own(port: 0).map(\.host)
        return machine
    }

    /// Microsoft's kernels name themselves, the first kind with a capital.
    static func wsl(kernel: String) -> Int? {
        if kernel.contains("WSL2") || kernel.contains("microsoft-standard") { return 2 }
        return kernel.contains("Microsoft") ? 1 : nil
    }

    /// Of control groups version 2, else 1; a limit above the machine's memory is none.
    private static func memoryLimit(_ root: String, _ memory: Int?) -> Int? {
        // `0::/user.slice/…`
        let group =
            KernelFile.text(root + "/proc/self/cgroup")?.split(separator: "\n").first { $0.hasPrefix("0::") }?
            .dropFirst(3) ?? ""
        let places = [
            "/sys/fs/cgroup\(group)/memory.max", "/sys/fs/cgroup/memory.max",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        ]
        for place in places {
            guard let word = KernelFile.text(root + place)?.split(separator: "\n").first else { continue }
            guard let limit = Int(word), limit < memory ?? .max else { return nil }
            return limit
        }
        return nil
    }
}

/// `/proc/meminfo`: a name and kilobytes a line.
struct MemoryTable {
    private var values: [Substring: Int] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 2, let value = Int(words[1]) else { continue }
            values[words[0].dropLast()] = words.last == "kB" ? value << 10 : value
        }
    }

    /// Bytes.
    subscript(name: String) -> Int? { values[name[...]] }
}

/// `/proc/net/tcp` and `tcp6`: addresses are words in hexadecimal, in the machine's byte order.
enum SocketTable {
    private static let listenState = "0A"

    static func listening(_ text: String, isV6: Bool) -> [Machine.Listening] {
        var found: [Machine.Listening] = []
        for line in text.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            guard words.count > 3, words[3] == listenState else { continue }
            let parts = words[1].split(separator: ":")
            guard parts.count == 2, let port = Int(parts[1], radix: 16), let address = address(parts[0], isV6: isV6)
            else {
                continue
            }
            let one = Machine.Listening(address: address, port: port)
            if !found.contains(one) { found.append(one) }
        }
        return found
    }

    private static func address(_ hex: Substring, isV6: Bool) -> String? {
        guard hex.utf8.count == (isV6 ? 32 : 8) else { return nil }
        var words: [UInt32] = []
        var rest = hex
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            // Written as a number of this machine; the bytes are in the network's order.
            words.append(UInt32(bigEndian: word))
            rest = rest.dropFirst(8)
        }
        guard isV6 else { return SocketAddress.v4(words[0], port: 0).host }
        let high = UInt64(words[0]) << 32 | UInt64(words[1])
        let low = UInt64(words[2]) << 32 | UInt64(words[3])
        return SocketAddress.v6(high, low, port: 0).host
    }
}
