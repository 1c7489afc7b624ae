internal import Basics
internal import CommandLineKit
internal import ComfyAPI

/// What became of one run, for scripts.
struct RunReport: Sendable {
    let label: String
    var promptID: String?
    var status = "failed"
    var files: [(file: OutputFile, stored: StoredFile)] = []
    var failures: [CommandFailure] = []

    var isGood: Bool { status == "success" && failures.isEmpty }

    func json(_ terminal: Terminal) -> JSON {
        [
            "label": JSON(label), "prompt_id": promptID.map { JSON($0) } ?? .null, "status": JSON(status),
            "ok": JSON(isGood),
            "files": .array(
                files.map { file, stored in
                    [
                        "path": JSON(stored.path), "bytes": JSON(stored.byteCount), "node": JSON(file.node),
                        "kind": JSON(file.kind), "filename": JSON(file.filename), "subfolder": JSON(file.subfolder),
                        "type": JSON(file.type),
                    ]
                }),
            "errors": .array(
                failures.map { failure in
                    [
                        "place": JSON(failure.place), "message": JSON(terminal.text(failure.what)),
                        "remedy": failure.remedy.map { JSON(terminal.text($0)) } ?? .null,
                    ]
                }),
        ]
    }
}
