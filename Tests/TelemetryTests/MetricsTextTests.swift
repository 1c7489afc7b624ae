import Telemetry
import Testing

struct MetricsTextTests {
    @Test("Families and samples are written as Prometheus reads them")
    func writes() {
        var metrics = MetricsText()
        metrics.family("comfygate_requests_total", .counter, "Requests by class,\nand a \\ in the help.")
        metrics.sample(3, ["class": "2xx"])
        metrics.sample(0, ["class": "a\"b\\c\nd", "other": "é"])
        metrics.family("comfygate_time_seconds", .gauge, "A time.")
        metrics.sample(1.5)
        metrics.sample(.infinity)
        #expect(
            metrics.text == #"""
                # HELP comfygate_requests_total Requests by class,\nand a \\ in the help.
                # TYPE comfygate_requests_total counter
                comfygate_requests_total{class="2xx"} 3
                comfygate_requests_total{class="a\"b\\c\nd",other="é"} 0
                # HELP comfygate_time_seconds A time.
                # TYPE comfygate_time_seconds gauge
                comfygate_time_seconds 1.5
                comfygate_time_seconds +Inf

                """#)
    }
}
