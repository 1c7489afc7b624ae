/// Asks about each element at once; the answers come in the order of the elements.
package func inParallel<Element: Sendable, Answer: Sendable>(
    _ elements: [Element], _ ask: @escaping @Sendable (Element) async -> Answer
) async -> [Answer] {
    await withTaskGroup(of: (Int, Answer).self) { group in
        for (index, element) in elements.enumerated() { group.addTask { (index, await ask(element)) } }
        var found = [Answer?](repeating: nil, count: elements.count)
        for await (index, answer) in group { found[index] = answer }
        return found.compactMap(\.self)
    }
}
