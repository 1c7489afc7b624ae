import Basics
import ComfyAPI
import Testing

struct ClassTextTests {
    @Test("Classes read when they are asked for are those that are read at once", arguments: ["0.3.64", "0.26.0"])
    func readsLater(version: String) throws {
        let bytes = try Recordings.bytes("\(version)/object_info.json")
        let (atOnce, later) = (try ObjectInfo(parsing: bytes), try ObjectInfo(indexing: bytes))
        #expect(later.classNames == atOnce.classNames)
        // More than are kept at a time, and twice.
        for _ in 0..<2 { for name in atOnce.classNames { #expect(later[name] == atOnce[name]) } }
        #expect(later["no such class"] == nil)
    }

    @Test("What cannot be read is refused at once, or left out", arguments: ["", "[]", "{", #"{"A":{}"#, "{} x"])
    func refusesRubbish(text: String) {
        #expect(throws: WorkflowError.self) { try ObjectInfo(indexing: Array(text.utf8)) }
    }

    @Test("The last of two classes of one name counts, and what is no object is no class")
    func readsOddTexts() throws {
        let text = #"{"A":{"category":"1"},"B":3,"A":{"category":"2"},"C":{"x":NaN}}"#
        var info = try ObjectInfo(indexing: Array(text.utf8)) { $0 }
        #expect(info.classNames == ["A", "C"])
        #expect(info["A"]?.category == "2")
        #expect(info["B"] == nil)
        info["A"] = nil
        info["D"] = NodeClass(name: "D", [:])
        #expect(info.classNames == ["C", "D"])
        #expect(info["A"] == nil && info["C"] != nil && info["D"] != nil)
    }
}
