"""`watch` as a service: passes, pages, signals, and two of them at once."""

import signal
import time
import urllib.error
import urllib.request

from estate import DAYS, EstateTest

from harness import program
from services.process import free_ports


class Service:
    """A running `costagg watch`."""

    def __init__(self, test, *more, output=None, interval="1s"):
        self.test = test
        self.port = free_ports(1)[0]
        self.process = program.start(
            *test.arguments("watch", "--interval", interval, "--listen", f"127.0.0.1:{self.port}",
                            *more, output=output), cwd=test.folder.path)
        test.addCleanup(self.process.kill)

    def get(self, page, method="GET"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{page}", method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()

    def metrics(self):
        _, text = self.get("/metrics")
        return {name: float(value) for name, value in
                (line.rsplit(" ", 1) for line in text.splitlines() if line[:1] != "#")}

    def wait(self, reached, what, timeout=60):
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            self.test.assertIsNone(self.process.poll(), "it ended by itself")
            try:
                if reached(self.metrics()):
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.1)
        self.stop()
        self.test.fail(f"waited in vain for {what}")

    def wait_for_passes(self, outcome, count):
        name = f'costagg_watch_passes_total{{outcome="{outcome}"}}'
        self.wait(lambda m: m.get(name, 0) >= count, f"{name} {count}")

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return program.finish(self.process, timeout=60)


class ServiceTest(EstateTest):
    def stop_well(self, service, number=signal.SIGTERM):
        result = service.stop(number)
        self.assert_done(result)
        self.assertIn("stopped by=", result.err)
        return result

    def test_it_runs_what_is_there_and_then_what_changes(self):
        service = Service(self)
        service.wait_for_passes("changed", 1)
        self.assert_unchanged()
        self.scale(self.file(DAYS[1]), 2)
        service.wait_for_passes("changed", 2)
        result = self.stop_well(service)
        self.assertIn(f"start={DAYS[1]} end={DAYS[1]}", result.err)
        self.assert_like_fresh()

    def test_it_answers(self):
        service = Service(self, "--metrics-file", self.folder.path / "metrics.prom")
        service.wait_for_passes("changed", 1)
        self.assertEqual(service.get("/healthz"), (200, "ok\n"))
        self.assertEqual(service.get("/metrics", "HEAD"), (200, ""))
        metrics = service.metrics()
        self.assertEqual(metrics["costagg_last_run_exit_status"], 0)
        self.assertAlmostEqual(metrics["costagg_last_success_timestamp_seconds"], time.time(),
                               delta=60)
        self.assertGreater(metrics['costagg_rows_written{stage="usage"}'], 0)
        for page, method, status in (("/", "GET", 404), ("/metricsx", "GET", 404),
                                     ("/metrics", "POST", 405)):
            with self.subTest(page=page), self.assertRaises(urllib.error.HTTPError) as caught:
                service.get(page, method)
            self.assertEqual(caught.exception.code, status)
            caught.exception.close()
        self.stop_well(service, signal.SIGINT)
        self.assertIn("costagg_watch_passes_total",
                      (self.folder.path / "metrics.prom").read_text())

    def test_bad_data_is_told_and_not_tried_again_and_again(self):
        self.run_changed()
        good = self.file(DAYS[1]).read_bytes()
        self.file(DAYS[1]).write_bytes(good[:100])
        service = Service(self)
        service.wait_for_passes("failed", 1)
        self.assertIn("status 65", service.get("/healthz")[1])
        time.sleep(14)  # listings this fresh are not trusted for ten seconds
        tried = service.metrics()['costagg_watch_passes_total{outcome="failed"}']
        time.sleep(3)
        self.assertEqual(service.metrics()['costagg_watch_passes_total{outcome="failed"}'], tried)
        self.assertEqual(service.metrics()["costagg_last_run_exit_status"], 65)
        self.file(DAYS[1]).write_bytes(good)
        service.wait(lambda m: m["costagg_last_run_exit_status"] == 0, "recovery")
        self.stop_well(service)
        self.assert_like_fresh()

    def test_it_waits_for_input_to_come(self):
        hidden = self.folder.path / "hidden"
        (self.input / "data").rename(hidden)
        service = Service(self)
        service.wait_for_passes("failed", 1)
        hidden.rename(self.input / "data")
        service.wait_for_passes("changed", 1)
        self.stop_well(service)
        self.assert_like_fresh()

    def test_a_new_configuration_takes_effect(self):
        service = Service(self)
        service.wait_for_passes("changed", 1)
        text = self.config.read_text()
        self.config.write_text("nonsense: true\n")
        service.wait_for_passes("failed", 1)
        self.config.write_text(text.replace("markup: 0.075", "markup: 0.2"))
        service.wait_for_passes("changed", 2)
        self.stop_well(service)
        self.assert_like_fresh()

    def test_a_wrong_configuration_at_the_start_is_refused(self):
        self.assert_refused(self.costagg("watch", "--interval", "0s"), 64, "interval")
        self.assert_refused(self.costagg("watch", "--listen", "nowhere"), 78, "listen", "port")
        self.config.write_text("nonsense: true\n")
        self.assert_refused(self.costagg("watch"), 78, "nonsense")

    def test_stopped_in_the_middle_it_leaves_the_old_or_the_new_result(self):
        self.run_changed()
        for tenths in range(6):
            self.scale(self.file(DAYS[1]), 1.5)
            service = Service(self)
            time.sleep(tenths / 20)
            result = service.stop()
            self.assertIn(result.status, (0, 143), f"\n{result}")  # 143: before it was set up
            self.assertFalse([p for p in self.out.rglob("*") if p.is_file() and
                              p.suffix != ".parquet" and p.stat().st_size], f"\n{result}")
        self.run_changed()
        self.assert_like_fresh()

    def test_two_at_once(self):
        services = [Service(self), Service(self)]
        for turn in range(3):
            self.scale(self.file(DAYS[turn]), 2)
            time.sleep(1.2)
        for service in services:
            service.wait(lambda m: m["costagg_last_run_exit_status"] == 0, "a good pass")
        deadline = time.monotonic() + 60
        while self.plan() and time.monotonic() < deadline:
            time.sleep(0.5)
        for service in services:
            self.stop_well(service)
        self.assert_unchanged()
        self.assert_like_fresh()
