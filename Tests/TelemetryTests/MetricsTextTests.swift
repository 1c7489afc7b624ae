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

    @Test("A histogram's buckets add up to its count")
    func writesHistograms() {
        var metrics = MetricsText()
        metrics.family("comfygate_time_seconds", .histogram, "Times.")
        metrics.histogram(bounds: [0.25, 1, 60], counts: [2, 0, 3, 1], sum: 90.5)
        metrics.family("comfygate_after", .gauge, "What comes next has its own name.")
        metrics.sample(1)
        #expect(
            metrics.text == #"""
                # HELP comfygate_time_seconds Times.
                # TYPE comfygate_time_seconds histogram
                comfygate_time_seconds_bucket{le="0.25"} 2
                comfygate_time_seconds_bucket{le="1"} 2
                comfygate_time_seconds_bucket{le="60"} 5
                comfygate_time_seconds_bucket{le="+Inf"} 6
                comfygate_time_seconds_sum 90.5
                comfygate_time_seconds_count 6
                # HELP comfygate_after What comes next has its own name.
                # TYPE comfygate_after gauge
                comfygate_after 1

                """#)
    }
}
