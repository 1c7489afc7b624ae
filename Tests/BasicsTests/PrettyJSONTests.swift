import Basics
import Testing

struct PrettyJSONTests {
    @Test func whatIsWrittenPieceByPieceIsWhatATreeGives() throws {
        let tree: JSON = [
            [], [:], ["a": nil, "b": ["c": [], "d": true]], ["e": ["\"\\\n\u{1}é", ["f": false]]], "end",
        ]
        var json = PrettyJSON()
        json.array { json in
            json.array { _ in }
            json.object { _ in }
            json.object { json in
                json.key("a")
                json.value(nil)
                json.key("b")
                json.object { json in
                    json.key("c")
                    json.array { _ in }
                    json.key("d")
                    json.value(true)
                }
            }
            json.object { json in
                json.key("e")
                json.array { json in
                    json.value("\"\\\n\u{1}é")
                    json.object { json in
                        json.key("f")
                        json.value(false)
                    }
                }
            }
            json.value("end")
        }
        #expect(json.take() == tree.pretty())
        #expect(json.take().isEmpty)
    }

    @Test(arguments: [11, 12, 13, 40]) func anObjectOfAnySizeKeepsItsOrderAndTellsNamesByTheirBytes(count: Int) {
        var object = JSONObject()
        for index in 0..<count { object["k\(index)"] = JSON(index) }
        object["\u{E9}"] = "composed"
        object["e\u{301}"] = "decomposed"
        object["k3"] = "new"
        #expect(object.count == count + 2)
        #expect(object.keys.prefix(4).elementsEqual(["k0", "k1", "k2", "k3"]))
        #expect(object["k3"] == "new" && object["\u{E9}"] == "composed" && object["e\u{301}"] == "decomposed")
        var other = JSONObject(object.members.reversed().map { ($0.key, $0.value) })
        #expect(other == object && other.hashValue == object.hashValue)
        other["k0"] = nil
        #expect(other != object && other["k0"] == nil && other["k\(count - 1)"] == JSON(count - 1))
        #expect(other.count == count + 1 && !other.keys.contains("k0"))
    }
}
