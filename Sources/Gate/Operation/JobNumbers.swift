internal import Basics
internal import Fleet
internal import Store
internal import Telemetry

/// The part of `/metrics` that is about jobs and files; no account is ever named.
struct JobNumbers: Sendable {
    var counts = JobCounts()
    /// Nil while the gate starts or ends.
    var load: FleetLoad?
    /// Nil when the store cannot be read.
    var files: [FolderType: FileCount]?
    /// Nil when the disk does not tell.
    var room: DiskGuard.Room?
    var isDiskLow = false

    func write(_ out: inout MetricsText) {
        if let load {
            out.family("comfygate_jobs_waiting", .gauge, "Jobs that wait for a worker.")
            out.sample(load.waiting)
            out.family("comfygate_jobs_running", .gauge, "Jobs that a worker has, by what they are at.")
            for phase in JobPhase.allCases { out.sample(load.phases[phase] ?? 0, ["phase": phase.rawValue]) }
        }
        out.family("comfygate_jobs_submitted_total", .counter, "Prompts that were taken.")
        out.sample(counts.submitted)
        out.family("comfygate_jobs_refused_total", .counter, "Prompts that were not taken, by why.")
        for reason in RefusalReason.allCases {
            out.sample(counts.refused[reason] ?? 0, ["reason": reason.rawValue])
        }
        out.family("comfygate_jobs_ended_total", .counter, "Jobs that have ended, by their last state.")
        for state in JobState.allCases where state.isFinal {
            out.sample(counts.ended[state] ?? 0, ["state": state.rawValue])
        }
        out.family("comfygate_jobs_failed_total", .counter, "Of these, jobs that failed, by why.")
        for reason in FailureReason.allCases { out.sample(counts.failed[reason] ?? 0, ["reason": reason.rawValue]) }
        out.family("comfygate_jobs_attempts_total", .counter, "Tries of jobs at workers.")
        out.sample(counts.attempts)
        out.family("comfygate_jobs_retries_total", .counter, "Of these, tries of jobs that had one before.")
        out.sample(counts.retries)
        out.family("comfygate_jobs_worker_deaths_total", .counter, "Tries during which the worker's process ended.")
        out.sample(counts.workerDeaths)
        write(
            counts.waiting, "comfygate_jobs_waiting_seconds", "Time from a job's submission to its first try.", &out)
        write(counts.running, "comfygate_jobs_running_seconds", "Time from the worker's start to a job's end.", &out)
        writeFiles(&out)
    }

    private func write(_ times: TimeBuckets, _ name: String, _ help: String, _ out: inout MetricsText) {
        out.family(name, .histogram, help)
        out.histogram(
            bounds: TimeBuckets.bounds.map { Double($0) / 1_000 }, counts: times.counts,
            sum: Double(times.sum) / 1_000)
    }

    private func writeFiles(_ out: inout MetricsText) {
        if let files {
            out.family("comfygate_files", .gauge, "Files of all accounts, by folder.")
            for type in FolderType.allCases { out.sample(files[type]?.files ?? 0, ["type": type.rawValue]) }
            out.family("comfygate_files_bytes", .gauge, "Their bytes; those of equal files are on the disk once only.")
            for type in FolderType.allCases { out.sample(files[type]?.bytes ?? 0, ["type": type.rawValue]) }
        }
        if let room {
            out.family("comfygate_disk_free_bytes", .gauge, "Room on the disk of the data folder.")
            out.sample(room.free)
            out.family("comfygate_disk_size_bytes", .gauge, "How large that disk is.")
            out.sample(room.total)
        }
        out.family("comfygate_disk_low", .gauge, "Whether it is so full that nothing new is taken.")
        out.sample(isDiskLow ? 1 : 0)
    }
}

extension FleetService {
    /// What there is to tell now; whatever cannot be found out is left out.
    func numbers() async -> JobNumbers {
        var numbers = JobNumbers(counts: ports.meter.current)
        numbers.load = try? await load()
        numbers.files = try? await ports.files.count()
        await ports.disk.lookAgain()
        (numbers.room, numbers.isDiskLow) = ports.disk.last
        return numbers
    }
}
