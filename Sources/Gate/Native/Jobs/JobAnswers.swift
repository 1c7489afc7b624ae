internal import Basics
internal import Fleet
internal import Store

/// Jobs in the shapes of ComfyUI's answers. What was stored as JSON goes along as it is.
enum JobAnswers {
    private typealias Bytes = [UInt8]

    // MARK: /queue and /history

    /// `[number, id, prompt, extra_data, outputs]`.
    static func appendItem(_ record: JobRecord, to out: inout [UInt8]) {
        out.append(contentsOf: "[\(record.job.place.number.literal), ".utf8)
        JSON.write(record.job.publicID, to: &out)
        for part in [record.request.prompt, record.request.extraData, record.request.outputs] {
            out.append(contentsOf: ", ".utf8)
            out.append(contentsOf: part)
        }
        out.append(UInt8(ascii: "]"))
    }

    /// The answer of `GET /queue`.
    ///
    /// - Parameter isRunning: By `Job.sequence`.
    static func queue(_ records: [JobRecord], isRunning: (Int) -> Bool) -> [UInt8] {
        var out: [UInt8] = []
        out.append(contentsOf: #"{"queue_running": ["#.utf8)
        append(records.filter { isRunning($0.job.sequence) }, to: &out) { appendItem($0, to: &$1) }
        out.append(contentsOf: #"], "queue_pending": ["#.utf8)
        append(records.filter { !isRunning($0.job.sequence) }, to: &out) { appendItem($0, to: &$1) }
        out.append(contentsOf: "]}".utf8)
        return out
    }

    /// The answer of `GET /history`: id to entry, oldest first.
    static func history(_ records: [JobRecord]) -> [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "{")]
        append(records, to: &out) { record, out in
            JSON.write(record.job.publicID, to: &out)
            out.append(contentsOf: ": {\"prompt\": ".utf8)
            appendItem(record, to: &out)
            appendMember("outputs", record.result?.outputs, otherwise: "{}", to: &out)
            appendMember("status", record.result?.status, otherwise: "null", to: &out)
            appendMember("meta", record.result?.meta, otherwise: "{}", to: &out)
            out.append(UInt8(ascii: "}"))
        }
        out.append(UInt8(ascii: "}"))
        return out
    }

    // MARK: /api/jobs

    /// ComfyUI's word for where a job is; nil for one that leaves no trace.
    static func status(_ state: JobState, isRunning: Bool) -> String? {
        switch state {
        case .queued: "pending"
        case .dispatched: isRunning ? "in_progress" : "pending"
        case .succeeded: "completed"
        case .failed, .expired: "failed"
        case .canceled: "cancelled"
        case .withdrawn: nil
        }
    }

    /// One job as a list shows it, without the closing brace.
    static func appendSummary(_ item: JobPage.Item, status: String, to out: inout [UInt8]) {
        let job = item.job
        out.append(contentsOf: #"{"id": "#.utf8)
        JSON.write(job.publicID, to: &out)
        out.append(
            contentsOf: #", "status": "\#(status)", "priority": \#(job.place.number.literal), "create_time": "#.utf8)
        out.append(contentsOf: String(job.submitted.milliseconds).utf8)
        if let started = job.started {
            out.append(contentsOf: #", "execution_start_time": \#(started.milliseconds)"#.utf8)
        }
        if let ended = job.ended { out.append(contentsOf: #", "execution_end_time": \#(ended.milliseconds)"#.utf8) }
        // The summary is an object; its members go along without its braces.
        if item.summary.count > 2 {
            out.append(contentsOf: ", ".utf8)
            out.append(contentsOf: item.summary.dropFirst().dropLast())
        } else {
            out.append(contentsOf: #", "outputs_count": 0"#.utf8)
        }
        if let id = job.workflowID {
            out.append(contentsOf: #", "workflow_id": "#.utf8)
            JSON.write(id, to: &out)
        }
    }

    /// The answer of `GET /api/jobs`.
    static func list(
        _ items: [(item: JobPage.Item, status: String)], total: Int, offset: Int, limit: Int?
    ) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(items.count * 400 + 200)
        out.append(contentsOf: #"{"jobs": ["#.utf8)
        append(items, to: &out) { entry, out in
            appendSummary(entry.item, status: entry.status, to: &out)
            out.append(UInt8(ascii: "}"))
        }
        let shown = limit.map(String.init) ?? "null"
        let hasMore = offset + items.count < total
        out.append(
            contentsOf:
                #"], "pagination": {"offset": \#(offset), "limit": \#(shown), "total": \#(total), "has_more": \#(hasMore)}}"#
                .utf8)
        return out
    }

    /// The answer of `GET /api/jobs/{id}`.
    static func job(_ record: JobRecord, status: String) -> [UInt8] {
        var out: [UInt8] = []
        appendSummary(JobPage.Item(record.job, summary: record.result?.summary ?? []), status: status, to: &out)
        if let result = record.result {
            appendMember("outputs", result.outputs, otherwise: "{}", to: &out)
            appendMember("execution_status", result.status, otherwise: "null", to: &out)
        }
        out.append(contentsOf: #", "workflow": {"prompt": "#.utf8)
        out.append(contentsOf: record.request.prompt)
        appendMember("extra_data", record.request.extraData, otherwise: "{}", to: &out)
        out.append(contentsOf: "}}".utf8)
        return out
    }

    // MARK: Parts

    private static func append<Item>(
        _ items: [Item], to out: inout [UInt8], _ body: (Item, inout [UInt8]) -> Void
    ) {
        for (index, item) in items.enumerated() {
            if index > 0 { out.append(contentsOf: ", ".utf8) }
            body(item, &out)
        }
    }

    private static func appendMember(_ name: String, _ value: [UInt8]?, otherwise: String, to out: inout [UInt8]) {
        out.append(contentsOf: ", \"\(name)\": ".utf8)
        if let value, !value.isEmpty {
            out.append(contentsOf: value)
        } else {
            out.append(contentsOf: otherwise.utf8)
        }
    }
}
