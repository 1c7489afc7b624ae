internal import Basics

extension DockerEngine {
    /// Mounts of a running container that look at a file which has been replaced since.
    ///
    /// The table is read from this machine's `/proc` where the engine's processes are there; else, as with Docker Desktop, a
    /// `cat` inside the container reads it, which changes nothing. Of a container without `cat` none are told.
    func staleMounts(of container: ContainerFacts) async -> [String] {
        guard let run = container.run, run.isRunning, case .engine(let id) = container.origin,
            container.mounts.contains(where: { $0.kind == .bind })
        else { return [] }
        var text = Self.hostTable(of: run.pid, container: id)
        if text == nil, let read = try? await output(of: ["cat", "/proc/self/mountinfo"], in: id), read.status == 0 {
            text = String(decoding: read.output, as: UTF8.self)
        }
        let targets = Set(container.mounts.filter { $0.kind == .bind }.map(\.target))
        return MountTable(text ?? "").stale.filter { targets.contains($0) }
    }

    /// Nil where the number means another process here than it does to the engine.
    private static func hostTable(of pid: Int, container id: String) -> String? {
        guard pid > 0, let group = KernelFile.text("/proc/\(pid)/cgroup"), group.contains(id) else { return nil }
        return KernelFile.text("/proc/\(pid)/mountinfo")
    }
}
