import Basics
import Foundation
import Stack
import Testing

@testable import Checkup

/// What the manual promises of the JSON report: `docs/check.schema.json`, by the part of JSON Schema that it uses.
struct ReportSchemaTests {
    static func schema() throws -> JSON {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try JSON(parsing: Array(Data(contentsOf: root.appendingPathComponent("docs/check.schema.json"))))
    }

    /// Why a value is not what a schema says; empty where it is.
    struct Validator {
        let root: JSON

        func faults(_ value: JSON, _ schema: JSON, at place: String = "") throws -> [String] {
            var faults: [String] = []
            for (keyword, rule) in try #require(schema.object, "\(place)").members {
                switch keyword {
                case "$schema", "$id", "$defs", "title", "description", "format": break
                case "$ref":
                    let name = try #require(rule.string)
                    let definition = try #require(root["$defs"]?[String(name.dropFirst("#/$defs/".count))], "\(name)")
                    faults += try self.faults(value, definition, at: place)
                case "type":
                    let types = rule.array ?? [rule]
                    if !types.contains(where: { matches(value, $0.string ?? "") }) { faults.append("\(place): type") }
                case "const": if value != rule { faults.append("\(place): const") }
                case "enum": if rule.array?.contains(value) != true { faults.append("\(place): enum") }
                case "anyOf":
                    let any = try #require(rule.array)
                    if try !any.contains(where: { try self.faults(value, $0, at: place).isEmpty }) {
                        faults.append("\(place): anyOf")
                    }
                case "required":
                    guard let object = value.object else { break }
                    for name in try #require(rule.array).compactMap(\.string) where object[name] == nil {
                        faults.append("\(place)/\(name): required")
                    }
                case "properties":
                    for (name, rule) in try #require(rule.object).members {
                        if let member = value[name] { faults += try self.faults(member, rule, at: "\(place)/\(name)") }
                    }
                case "items":
                    for (index, item) in (value.array ?? []).enumerated() {
                        faults += try self.faults(item, rule, at: "\(place)/\(index)")
                    }
                case "pattern":
                    if let text = value.string, try Regex(try #require(rule.string)).firstMatch(in: text) == nil {
                        faults.append("\(place): pattern")
                    }
                case "minLength":
                    if let text = value.string, text.unicodeScalars.count < (rule.int ?? 0) {
                        faults.append("\(place): short")
                    }
                case "minimum":
                    if let number = value.double, number < (rule.double ?? 0) { faults.append("\(place): low") }
                case "maximum":
                    if let number = value.double, number > (rule.double ?? 0) { faults.append("\(place): high") }
                default: Issue.record("the schema uses \(keyword), which this test does not know")
                }
            }
            return faults
        }

        private func matches(_ value: JSON, _ type: String) -> Bool {
            switch (value, type) {
            case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"): true
            case (.number, "number"): true
            case (.number(let number), "integer"): number.isInteger
            default: false
            }
        }
    }

    static func faults(_ json: JSON) throws -> [String] {
        let schema = try schema()
        return try Validator(root: schema).faults(json, schema)
    }

    static func json(_ survey: Survey, in language: Language = .english) throws -> JSON {
        let sheet = ReportSheet(CheckReport(survey), of: survey, in: language, version: "1.2.3", time: .now())
        return try JSON(parsing: Array(sheet.text(.json).utf8))
    }

    @Test("Every report is what the schema says")
    func valid() throws {
        #expect(try Self.faults(Self.json(CheckTests.healthy())) == [])
        let blind = Survey(
            root: "/", files: .unseen(Phrase(verbatim: "a")), engine: .unseen(Phrase(verbatim: "b")),
            cards: .unseen(Phrase(verbatim: "c")))
        #expect(try Self.faults(Self.json(blind, in: .french)) == [])
        for planted in CheckTests.planted {
            var survey = CheckTests.healthy()
            planted.plant(&survey)
            #expect(try Self.faults(Self.json(survey)) == [], "\(planted.check)")
        }
    }

    @Test("What is none is told from it")
    func invalid() throws {
        var survey = CheckTests.healthy()
        survey.disks[0].free = 1
        let json = try Self.json(survey)
        func changed(_ change: (inout JSONObject) -> Void) throws -> [String] {
            var object = try #require(json.object)
            change(&object)
            return try Self.faults(.object(object))
        }
        #expect(try changed { $0["time"] = nil } == ["/time: required"])
        #expect(try changed { $0["time"] = "yesterday" } == ["/time: pattern"])
        #expect(try changed { $0["schema"] = "other" } == ["/schema: const"])
        #expect(try changed { $0["worst"] = "dreadful" } == ["/worst: anyOf"])
        #expect(try changed { $0["areas"] = [["area": "disk"]] }.count == 6)
        #expect(try changed { $0["faults"] = .null } == ["/faults: type"])
    }
}
