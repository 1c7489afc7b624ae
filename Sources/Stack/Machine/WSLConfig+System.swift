internal import Loop

extension WSLConfig {
    private static let notPeople: Set<String> = ["Public", "Default", "Default User", "All Users"]

    /// Those of all Windows users whose folders can be read. Blocks.
    ///
    /// - Parameter root: Where `/proc` and the drives lie; tests have copies.
    static func all(root: String = "") -> [WSLConfig] {
        drives(KernelFile.text(root + "/proc/self/mountinfo") ?? "").flatMap { drive -> [WSLConfig] in
            let users = "\(root)\(drive)/Users"
            return folderNames(at: users).names.sorted().filter { !notPeople.contains($0) }.compactMap { name in
                let path = "\(users)/\(name)/.wslconfig"
                return KernelFile.bytes(path).map { WSLConfig($0, path: path) }
            }
        }
    }

    /// Mount points of Windows' drives: by 9p or virtiofs in WSL 2, by drvfs in WSL 1.
    static func drives(_ mounts: String) -> [String] {
        mounts.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 2, dash > 4 else { return nil }
            let kind = fields[dash + 1]
            let isDrive =
                kind == "drvfs" || (kind == "9p" || kind == "virtiofs") && line.contains("drvfs")
                || kind == "9p" && fields[dash + 2].dropFirst().hasPrefix(":")
            return isDrive ? String(fields[4]) : nil
        }
    }
}
