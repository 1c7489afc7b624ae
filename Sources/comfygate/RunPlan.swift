internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// One run of several: what is set before it.
struct RunItem: Sendable, Hashable {
    var assignments: [Assignment] = []
    var files: [Assignment] = []
    /// Added to every seed.
    var seedStep: UInt64 = 0
    /// What tells it from the others.
    var label = ""
}

/// The runs that a command line asks for.
enum RunPlan {
    /// A column whose name begins so uploads the file that its cells name.
    static let filePrefix = "image:"

    static func items(
        set: [Assignment], files: [Assignment], table: RunTable?, times: Int
    ) -> [RunItem] {
        var bases: [RunItem] = []
        for row in table?.rows ?? [[]] {
            var item = RunItem(assignments: set, files: files)
            for (name, value) in zip(table?.names ?? [], row) {
                if name.hasPrefix(filePrefix) {
                    item.files.append(Assignment(String(name.dropFirst(filePrefix.count)), value))
                } else {
                    item.assignments.append(Assignment(name, value))
                }
            }
            item.label = row.joined(separator: ", ")
            bases.append(item)
        }
        return bases.flatMap { base in
            (0..<times).map { number in
                var item = base
                item.seedStep = UInt64(number)
                if times > 1 { item.label += (item.label.isEmpty ? "" : ", ") + "seed +\(number)" }
                return item
            }
        }
    }

    private static let seeds = ["seed", "noise_seed"]

    static func hasSeed(_ workflow: Workflow) -> Bool {
        workflow.nodes.contains { node in seeds.contains { node.node.inputs[$0]?.number?.unsigned != nil } }
    }

    /// The workflow with every literal seed counted up; the same graph twice would only give the same file again.
    static func stepping(_ workflow: Workflow, by step: UInt64) -> Workflow {
        guard step > 0 else { return workflow }
        var workflow = workflow
        for (id, node) in workflow.nodes {
            for name in seeds {
                guard let seed = node.inputs[name]?.number?.unsigned else { continue }
                workflow[id]?.inputs[name] = .number(JSONNumber(seed &+ step))
            }
        }
        return workflow
    }

    /// The path of the input that takes a file: the one named, else the usual one of its node.
    static func fileInput(_ key: String, in workflow: Workflow) throws(CommandFailure) -> String {
        let node =
            workflow[key]
            ?? workflow.nodes.first { $0.node.title == key }?.node
            ?? workflow.nodes.first { $0.node.classType == key }?.node
        guard let node else { return key }
        guard let input = ["image", "audio", "video", "file", "mask"].first(where: { node.inputs[$0]?.string != nil })
        else { throw CommandFailure(at: key, RunMessages.noFileInput(), RunMessages.noFileInputRemedy()) }
        return "\(key).\(input)"
    }
}

extension Assignment {
    init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }
}
