internal import Basics
internal import ComfyAPI

/// Custom nodes that every copy of ComfyUI has in its folder; the recordings were made without that folder.
enum ShippedNodes {
    /// ComfyUI's `custom_nodes/websocket_image_save.py`, as `/object_info` shows it.
    static func saveImageWebsocket(_ flavour: ComfyFlavour) -> JSON {
        var info: JSONObject = [
            "input": ["required": ["images": ["IMAGE"]]], "input_order": ["required": ["images"]],
        ]
        if flavour.isModern { info["is_input_list"] = false }
        for member in ["output", "output_is_list", "output_name"] { info[member] = [] }
        for member in ["name", "display_name"] { info[member] = "SaveImageWebsocket" }
        info["description"] = ""
        info["python_module"] = "custom_nodes.websocket_image_save"
        info["category"] = "image"
        info["output_node"] = true
        if flavour.isModern {
            info["has_intermediate_output"] = false
            info["search_aliases"] = []
        }
        return .object(info)
    }
}
