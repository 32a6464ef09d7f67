# SPDX-License-Identifier: Apache-2.0
"""A package's life: installed, used, killed, upgraded, downgraded, purged. Each chapter is checked by what the system itself says."""

from __future__ import annotations

import re
import shlex
import shutil

from lab.checks import expect, expect_true
from lab.packages.machine import PACKAGES, SLOW, Machine
from lab.paths import REPOSITORY
from lab.progress import step
from lab.scrape import Metrics
from lab.waiting import wait_until

PLAYBOOK = REPOSITORY / "packaging" / "ansible" / "hnv.yml"
DAEMONS = ("hnv-watchdog.service", "hnv-exporter.service", "hnv-prober.service")
MOST_EXPOSURE = 2.0
OPERATORS = {"/etc/hnv", "/etc/hnv/web.yaml", "/etc/hnv/key.pem", "/etc/hnv/cert.pem"}  # theirs, and never removed by us
FLAPS_TO_SUPPRESS = 4

CONFIG = """mode: enforce
hold_down: 1s
settle: 1s
bonds:
  - name: {bond}
    sriov: {{ permanent_address: "{address}" }}
    damping: true
    path: {{ targets: [{gateway}] }}
"""
TLS = """openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout /etc/hnv/key.pem -out /etc/hnv/cert.pem 2>/dev/null
chown root:hnv-exporter /etc/hnv/key.pem && chmod 640 /etc/hnv/key.pem
printf 'tls_server_config:\\n  cert_file: cert.pem\\n  key_file: key.pem\\n' >/etc/hnv/web.yaml
mkdir -p /etc/systemd/system/hnv-exporter.service.d
printf '[Service]\\nExecStart=\\nExecStart=/usr/sbin/hnv-exporter --config.file=/etc/hnv/hnv.yaml --web.config.file=/etc/hnv/web.yaml\\n' \
  >/etc/systemd/system/hnv-exporter.service.d/tls.conf
systemctl daemon-reload"""
# As hnv-exporter(8) says. Read after tls.conf, since systemd takes drop-ins by name.
SOCKET = """printf '[Service]\\nExecStart=\\nExecStart=/usr/sbin/hnv-exporter --web.systemd-socket --web.config.file=/etc/hnv/web.yaml\\n' \
  >/etc/systemd/system/hnv-exporter.service.d/with-socket.conf
systemctl daemon-reload"""
# Every change of the active slave that a reader of sysfs can see.
# Waiting by `read`: a process a look would take the emulated CPU from apt.
WATCH = """exec 9<> <(:); active=; while :; do read -r now </sys/class/net/{bond}/bonding/active_slave
  [ "$now" = "$active" ] || echo "$now"; active=$now; read -r -t 0.1 -u 9; done"""


class Story:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.bond = machine.bond
        self.first = ""  # the version that was installed first

    def tell(self) -> None:
        before = self.machine.files()
        for title, chapter in (
            ("installed: nothing starts, nothing is enabled, the configuration is valid", self.installed),
            ("enabled: the watchdog sets the primary, the exporter serves over TLS, the prober is heard", self.enabled),
            ("socket activation: started by the first scrape, and a restart refuses nobody", self.activated),
            ("a flap: the traffic comes back and is counted", self.flapped),
            (f"systemd-analyze security: at most {MOST_EXPOSURE}", self.secured),
            ("killed: back at once, with its counts", self.killed),
            ("upgraded: handed over, counts kept, no traffic moved, configuration kept", self.upgraded),
            ("downgraded: the same", self.downgraded),
            ("removed: what damping has changed is put back", self.removed),
            ("purged: no file, no process, no changed setting", lambda: self.purged(before)),
            ("the example for Ansible: installs, configures and starts; a second run changes nothing", self.played),
        ):
            with step(title):
                chapter()

    # --- chapters --------------------------------------------------------------------------------------------------

    def installed(self) -> None:
        machine = self.machine
        machine.offer("previous")
        machine.apt(f"install {' '.join(PACKAGES)}")
        self.first = machine.version()
        for unit in (*DAEMONS, "hnv-exporter.socket", "hnv-doctor.timer"):
            expect(machine.enabled(unit), "disabled", f"state of {unit}")
            expect_true(not machine.is_active(unit), f"{unit} does not run")
        machine.sh("hnv-watchdog --check-config")
        expect(machine.sh("stat -c '%U %G %a' /run/hnv /run/hnv/hook"), "root hnv-watchdog 1775\nroot root 755", "folders")
        expect(machine.option("primary"), "", "primary before anybody has started a watchdog")

    def enabled(self) -> None:
        machine = self.machine
        text = CONFIG.format(bond=self.bond.name, address=self.bond.wiring.sriov.mac, gateway=self.bond.wiring.gateway)
        machine.sh(f"printf %s {shlex.quote(text)} >/etc/hnv/hnv.yaml")
        machine.sh(TLS)
        machine.sh(f"systemctl enable --now {' '.join(DAEMONS)}")
        self.bond.wait_primary(self.bond.sriov, SLOW)
        self.wait_metric("hnv_bond_sriov_active", 1.0)
        self.wait_metric("hnv_watchdog_up", 1.0)
        machine.sh(f"systemctl reload {' '.join(DAEMONS)}")
        wait_until(lambda: self.metrics().value("hnv_path_verdict", bond=self.bond.name, verdict="healthy") == 1.0, SLOW, "both paths answer")

    def activated(self) -> None:
        machine, exporter, socket = self.machine, DAEMONS[1], "hnv-exporter.socket"
        machine.sh(f"systemctl disable --now {exporter}")
        machine.sh(SOCKET)
        machine.sh(f"systemctl enable --now {socket}")
        expect_true(not machine.is_active(exporter), "nobody has asked, and it does not run")
        self.wait_metric("hnv_bond_sriov_active", 1.0)
        pid = machine.main_pid(exporter)
        machine.sh(f"systemctl stop {exporter}")
        expect(self.metrics().value("hnv_watchdog_up"), 1.0, "hnv_watchdog_up of the one scrape that came while nothing ran")
        expect_true(machine.main_pid(exporter) not in ("0", pid), "it was started anew")
        machine.sh(f"rm /etc/systemd/system/{exporter}.d/with-socket.conf; systemctl disable --now {socket}; systemctl stop {exporter}")
        machine.sh(f"systemctl daemon-reload; systemctl enable --now {exporter}")
        self.wait_metric("hnv_watchdog_up", 1.0)

    def flapped(self) -> None:
        self.flap()
        self.wait_counted(2)

    def secured(self) -> None:
        for unit in DAEMONS:
            shown = self.machine.sh(f"systemd-analyze security --no-pager {unit}")
            found = re.search(r"Overall exposure level for \S+: ([\d.]+)", shown)
            expect_true(found is not None and float(found.group(1)) <= MOST_EXPOSURE, f"{unit}: {found and found.group(0)}")

    def killed(self) -> None:
        counted, pid = self.failovers(), self.machine.main_pid(DAEMONS[0])
        self.machine.sh(f"kill -KILL {pid}")
        self.wait_new_process(pid)
        expect(self.failovers(), counted, "failovers counted over a SIGKILL")

    def upgraded(self) -> None:
        self.replace("new", "dist-upgrade")
        expect_true(self.machine.version() != self.first, "another version is installed")

    def downgraded(self) -> None:
        wanted = " ".join(f"{name}={self.first}" for name in PACKAGES)
        self.replace("previous", f"--allow-downgrades install {wanted}")
        expect(self.machine.version(), self.first, "version after the downgrade")
        self.replace("new", "dist-upgrade")

    def removed(self) -> None:
        for _ in range(FLAPS_TO_SUPPRESS):
            self.flap()
            if self.machine.option("primary_reselect") == "failure":
                break
        wait_until(lambda: self.machine.option("primary_reselect") == "failure", SLOW, "damping has changed primary_reselect")
        self.machine.apt("remove hnv-watchdog")
        expect(self.machine.option("primary_reselect"), "always", "primary_reselect after the removal")
        expect(self.machine.processes().count("hnv-watchdog"), 0, "watchdogs that run")

    def purged(self, before: set[str]) -> None:
        machine = self.machine
        machine.sh("rm -rf /etc/systemd/system/hnv-exporter.service.d")  # the operator's own
        machine.apt(f"purge {' '.join(PACKAGES)}")
        expect(machine.processes(), "", "processes")
        left = machine.files() - before - OPERATORS
        expect(sorted(left), [], "files that are left")
        expect(machine.option("fail_over_mac"), "follow", "fail_over_mac")
        expect(machine.option("primary_reselect"), "always", "primary_reselect")
        machine.sh("getent passwd hnv-watchdog hnv-prober hnv-exporter")

    def played(self) -> None:
        machine = self.machine
        shutil.copyfile(PLAYBOOK, machine.guest.results / PLAYBOOK.name)
        machine.sh("printf '[hnv]\\nlocalhost ansible_connection=local\\n' >/run/hnv-lab/inventory")
        first = self.play()
        expect_true(re.search(r"changed=[1-9]\d* .* failed=0", first) is not None, f"the first run:\n{first}")
        for unit in DAEMONS[:2]:
            expect((machine.enabled(unit), machine.is_active(unit)), ("enabled", True), f"state of {unit}")
        expect(machine.sh("cat /etc/hnv/hnv.yaml").splitlines()[-1], "mode: observe", "what the configuration ends with")
        expect_true("ready" in first, f"it tells what hnvctl ready says:\n{first}")
        second = self.play()
        expect_true(re.search(r"changed=0 .* failed=0", second) is not None, f"the second run:\n{second}")
        machine.apt(f"purge {' '.join(PACKAGES)}")

    def play(self) -> str:
        version = self.machine.sh("dpkg-deb -f /mnt/new/hnvctl_*.deb Version").removesuffix("-1")
        return self.machine.sh(
            f"LC_ALL=C.UTF-8 ansible-playbook -i /run/hnv-lab/inventory /mnt/{PLAYBOOK.name} -e hnv_packages=/mnt/new -e hnv_version={version} 2>&1"
        )

    # --- the same by rpm -------------------------------------------------------------------------------------------

    def tell_rpm(self) -> None:
        """The scripts of the RPM packages, under this systemd. Its database knows none of Debian's libraries: --nodeps."""
        machine = self.machine
        before = machine.files()
        with step("rpm: installed, enabled, installed again, erased"):
            machine.sh("rpm -i --nodeps /mnt/rpm/*.rpm")
            for unit in DAEMONS:
                expect((machine.enabled(unit), machine.is_active(unit)), ("disabled", False), f"state of {unit}")
            machine.sh(f"rpm -V --nodeps {' '.join(PACKAGES)}")
            machine.sh(f"systemctl enable --now {DAEMONS[0]}")
            pid = machine.main_pid(DAEMONS[0])
            machine.sh("rpm -U --nodeps --force /mnt/rpm/*.rpm")
            expect_true(machine.is_active(DAEMONS[0]) and machine.main_pid(DAEMONS[0]) != pid, "an upgrade restarts what runs")
            expect_true(not machine.is_active(DAEMONS[1]), "... and nothing else")
            machine.sh(f"rpm -e --nodeps {' '.join(PACKAGES)}")
            expect(machine.processes(), "", "processes")
            expect(sorted(machine.files() - before), [], "files that are left")

    # --- parts -----------------------------------------------------------------------------------------------------

    def replace(self, folder: str, arguments: str) -> None:
        """Another version by apt: a new process with the old counts, and nobody else notices."""
        machine = self.machine
        counted, pids = self.failovers(), [machine.main_pid(unit) for unit in DAEMONS]
        expect_true(counted > 0, "something was counted before")
        watch = f"bash -c {shlex.quote(WATCH.format(bond=self.bond.name))}"
        log = machine.guest.results / f"active-{len(list(machine.guest.results.iterdir()))}.log"
        watcher = machine.sh(f"start_daemon {log.stem} {shlex.quote(watch)}")
        kept = machine.sh("cat /etc/hnv/hnv.yaml")
        machine.offer(folder)
        machine.apt(f"-o Dpkg::Options::=--force-confold {arguments}")
        for unit, pid in zip(DAEMONS, pids):
            expect_true(machine.is_active(unit) and machine.main_pid(unit) != pid, f"{unit} runs as another process")
        self.wait_metric("hnv_watchdog_up", 1.0)
        expect(self.failovers(), counted, "failovers counted over another version")
        machine.guest.attempt(f"kill {watcher}")
        seen = log.read_text().split()
        expect(seen, [self.bond.sriov], "active slaves meanwhile")
        expect(machine.sh("cat /etc/hnv/hnv.yaml"), kept, "the configuration")

    def flap(self) -> None:
        self.bond.link_down()
        self.bond.wait_active(self.bond.virtual, SLOW)
        self.bond.link_up()
        if self.machine.option("primary_reselect") == "failure":
            return
        self.bond.wait(lambda state: state.slaves[self.bond.sriov].mii == "up", "the SR-IOV port is up", SLOW)
        wait_until(self._back_or_damped, SLOW, "the traffic is back, or kept away by damping")

    def _back_or_damped(self) -> bool:
        return self.bond.state().active == self.bond.sriov or self.machine.option("primary_reselect") == "failure"

    def metrics(self) -> Metrics:
        return Metrics(self.machine.sh("curl -sS --fail --cacert /etc/hnv/cert.pem https://localhost:10468/metrics"))

    def failovers(self) -> float:
        return self.metrics().total("hnv_bond_failovers_total", bond=self.bond.name)

    def wait_counted(self, wanted: int) -> None:
        wait_until(lambda: self.failovers() >= wanted, SLOW, f"{wanted} failovers are counted")

    def wait_metric(self, name: str, wanted: float) -> None:
        def look() -> bool:
            code, text = self.machine.guest.attempt("curl -sS --fail --cacert /etc/hnv/cert.pem https://localhost:10468/metrics", SLOW)
            return code == 0 and Metrics(text).total(name) == wanted

        wait_until(look, SLOW, f"{name} is {wanted:g}, scraped over TLS")

    def wait_new_process(self, pid: str) -> None:
        wait_until(lambda: self.machine.main_pid(DAEMONS[0]) not in ("0", pid), SLOW, "systemd starts it again")
        self.wait_metric("hnv_watchdog_up", 1.0)
