internal import Basics

extension ReportSheet {
    /// What `--json` prints, and of what and when it is. `docs/check.schema.json` describes it.
    var json: JSON {
        var members: JSONObject = [
            "schema": "comfygate-check-1", "version": .string(version), "time": .string(time.rfc3339),
        ]
        for (key, value) in report.json(of: survey, in: language).object?.members ?? [] { members[key] = value }
        return .object(members)
    }
}
