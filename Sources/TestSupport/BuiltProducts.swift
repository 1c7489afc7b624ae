internal import Glibc

/// The folder of the running test program, where the package manager puts the programs too.
public enum BuiltProducts {
    public static let folder: String = {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        precondition(count > 0, "the test program cannot be found")
        let path = String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }()
}
