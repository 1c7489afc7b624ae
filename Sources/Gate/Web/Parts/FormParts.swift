internal import Basics

/// One labelled field of a form.
struct FormField {
    let name: FieldName
    let label: String
    var id: ElementID
    var type = Attribute.InputType.text
    var value: String?
    var hint: String?
    var autocomplete = Attribute.Autocomplete.off
    var isRequired = true
    var hasFocus = false
    /// In UTF-16 units, as browsers count; never for passwords, which would be cut without a word.
    var maximum: Int?

    init(
        _ name: FieldName, _ label: String, id: ElementID? = nil, type: Attribute.InputType = .text,
        value: String? = nil, hint: String? = nil, autocomplete: Attribute.Autocomplete = .off,
        isRequired: Bool = true, hasFocus: Bool = false, maximum: Int? = nil
    ) {
        (self.name, self.label, self.id, self.type) = (name, label, id ?? name.id, type)
        (self.value, self.hint, self.autocomplete) = (value, hint, autocomplete)
        (self.isRequired, self.hasFocus, self.maximum) = (isRequired, hasFocus, maximum)
    }
}

extension PageContext {
    /// A form that posts to one of our pages, with the form token and the language chosen.
    func form(
        to path: WebPath, _ attributes: Attribute..., @HTMLBuilder content: () -> HTML
    ) -> HTML {
        .element(
            .form, [.post, .action(link(path))] + attributes,
            [formToken.map { hidden(.formToken, $0) } ?? .empty, content()])
    }

    /// A form that asks for a page again.
    func searchForm(_ path: WebPath, _ attributes: Attribute..., @HTMLBuilder content: () -> HTML) -> HTML {
        // The query of a GET form's action is replaced, so the language travels as a field.
        let language = isLanguageChosen ? hidden(.language, language.rawValue) : .empty
        let plain = Link(path: basePath + path.segments(on: surface))
        return .element(.form, [.get, .action(plain)] + attributes, [language, content()])
    }

    func hidden(_ name: FieldName, _ value: String) -> HTML {
        Tag.input(.type(.hidden), .name(name), .value(value))
    }

    func field(_ field: FormField, problems: [FormProblem] = []) -> HTML {
        let faults = problems.filter { $0.field == field.name }
        let (hint, fault) = (field.id.part("hint"), field.id.part("fault"))
        let described = (field.hint == nil ? [] : [hint]) + (faults.isEmpty ? [] : [fault])
        let isText = field.type == .text || field.type == .search
        return Tag.div(.class("field")) {
            Tag.label(.for(field.id)) { field.label }
            if let text = field.hint { Tag.p(.id(hint), .class("hint")) { text } }
            faultText(faults, fault)
            Tag.input(
                .id(field.id), .name(field.name), .type(field.type), .autocomplete(field.autocomplete),
                field.value.map { .value($0) }, field.isRequired ? .required : nil,
                // An error summary takes the focus instead.
                field.hasFocus && problems.isEmpty ? .autofocus : nil,
                field.maximum.map { .maxLength($0) }, isText ? .directionAuto : nil, isText ? .noCapitals : nil,
                isText ? .noSpelling : nil, faults.isEmpty ? nil : .invalid, .described(by: described))
        }
    }

    struct Choice {
        let value: String
        let text: String
        var isSelected = false
    }

    func select(
        _ name: FieldName, _ label: String, id: ElementID? = nil, _ choices: [Choice], problems: [FormProblem] = []
    ) -> HTML {
        let id = id ?? name.id
        let faults = problems.filter { $0.field == name }
        return Tag.div(.class("field")) {
            Tag.label(.for(id)) { label }
            faultText(faults, id.part("fault"))
            Tag.select(
                .id(id), .name(name), faults.isEmpty ? nil : .invalid,
                .described(by: faults.isEmpty ? [] : [id.part("fault")])
            ) {
                for choice in choices {
                    Tag.option(.value(choice.value), choice.isSelected ? .selected : nil) { choice.text }
                }
            }
        }
    }

    struct Box {
        let value: String
        let text: HTML
        var hint: String?
        var isChecked = false
    }

    /// Boxes of one question; the first has the field's own id, so that errors lead there.
    func boxes(
        _ name: FieldName, _ legend: String, id: ElementID? = nil, _ boxes: [Box], problems: [FormProblem] = []
    ) -> HTML {
        let id = id ?? name.id
        let faults = problems.filter { $0.field == name }
        let fault = id.part("fault")
        return Tag.fieldset(.described(by: faults.isEmpty ? [] : [fault])) {
            Tag.legend { legend }
            faultText(faults, fault)
            for (index, box) in boxes.enumerated() { checkbox(name, box, id: index == 0 ? id : id.numbered(index)) }
        }
    }

    func checkbox(_ name: FieldName, _ box: Box, id: ElementID? = nil) -> HTML {
        let id = id ?? name.id
        return Tag.div(.class("check")) {
            Tag.input(
                .id(id), .name(name), .type(.checkbox), .value(box.value), box.isChecked ? .checked : nil,
                .described(by: box.hint == nil ? [] : [id.part("hint")]))
            Tag.label(.for(id)) {
                box.text
                if let hint = box.hint { Tag.span(.id(id.part("hint")), .class("hint")) { hint } }
            }
        }
    }

    private func faultText(_ faults: [FormProblem], _ id: ElementID) -> HTML? {
        guard !faults.isEmpty else { return nil }
        return Tag.p(.id(id), .class("fault")) { faults.map { text($0.phrase) }.joined(separator: " ") }
    }

    func button(_ words: Message, isDanger: Bool = false) -> HTML {
        Tag.div(.class("actions")) { Tag.button(.submit, isDanger ? .class("danger") : nil) { self(words) } }
    }

    /// One button that acts at once. Nothing a button alone does is beyond repair; the rest stands behind `confirmed`.
    func action(_ words: Message, _ path: WebPath, about name: String, isQuiet: Bool = true) -> HTML {
        form(to: path, .class("inline")) {
            Tag.button(.submit, isQuiet ? .class("quiet") : nil, .label("\(self(words)): \(name)")) { self(words) }
        }
    }

    /// A question that must be opened before it can be answered: our confirmation without a script.
    func confirmed(_ words: Message, _ path: WebPath, because explanation: HTML, _ button: Message) -> HTML {
        Tag.details(.class("confirm")) {
            Tag.summary { self(words) }
            Tag.div {
                Tag.p { explanation }
                form(to: path) { self.button(button, isDanger: true) }
            }
        }
    }
}
