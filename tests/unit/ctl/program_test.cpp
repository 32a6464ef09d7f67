// SPDX-License-Identifier: Apache-2.0
// hnvctl as it is run: exit codes, streams, signals, a terminal. Needs no bond: what is not there
// can be asked for as well.
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"
#include "hnv/operator_pause.hpp"
#include "hnv/status.hpp"
#include "tests/support/temporary_folder.hpp"

namespace {

using hnv::base::UniqueFd;

// One process, its output (both streams) at the other end of a pipe or of a terminal.
class Program {
 public:
  enum class Output { pipe, terminal };

  explicit Program(std::vector<std::string> arguments, Output output = Output::pipe,
                   const std::string& hnvctl = HNV_CTL_PROGRAM) {
    arguments.insert(arguments.begin(), hnvctl);
    int fd = -1;
    if (output == Output::terminal) {
      struct winsize window {
        24, 80, 0, 0
      };
      pid_ = ::forkpty(&fd, nullptr, nullptr, &window);
      if (pid_ == 0) execute(arguments);
    } else {
      std::array<int, 2> ends{};
      if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
      pid_ = ::fork();
      if (pid_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        ::close(ends[1]);
        execute(arguments);
      }
      ::close(ends[1]);
      fd = ends[0];
    }
    output_ = UniqueFd(fd);
    // kill(-1, ...) would reach everybody.
    if (pid_ <= 0) throw std::runtime_error("no process");
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  void send(int signal_number) const {
    ASSERT_GT(pid_, 0);
    ::kill(pid_, signal_number);
  }
  // Keys are lines that are shown, as a shell wants them; else they come at once and unseen.
  [[nodiscard]] bool has_cooked_terminal() const {
    struct termios settings {};
    EXPECT_EQ(::tcgetattr(output_.get(), &settings), 0);
    return (settings.c_lflag & ICANON) != 0 && (settings.c_lflag & ECHO) != 0;
  }
  void type(char key) const { EXPECT_EQ(::write(output_.get(), &key, 1), 1); }

  // Reads until `text` comes, behind what was expected before; fails when the output ends.
  void expect(const std::string& text) {
    std::size_t at = read_.find(text, expected_);
    while (at == std::string::npos) {
      if (!read_some()) {
        ADD_FAILURE() << "'" << text << "' did not come after:\n" << read_;
        return;
      }
      at = read_.find(text, expected_);
    }
    expected_ = at + text.size();
  }
  const std::string& read_all() {
    while (read_some()) {
    }
    return read_;
  }

  // The exit code; -1 when a signal ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  [[noreturn]] static void execute(std::vector<std::string>& arguments) {
    std::vector<char*> pointers;
    pointers.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    ::setenv("TERM", "vt100", 1);  // NOLINT(concurrency-mt-unsafe): one thread
    ::unsetenv("NO_COLOR");        // NOLINT(concurrency-mt-unsafe)
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }

  // A terminal whose other side has gone reports an error instead of an end.
  bool read_some() {
    std::array<char, 4096> piece{};
    const ssize_t count = ::read(output_.get(), piece.data(), piece.size());
    if (count <= 0) return false;
    read_.append(piece.data(), static_cast<std::size_t>(count));
    return true;
  }

  pid_t pid_ = -1;
  UniqueFd output_;
  std::string read_;
  std::size_t expected_ = 0;
};

class CtlProgram : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "hnvctl-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // Arguments for a partition where nothing but `config` is there.
  std::vector<std::string> status(const std::string& config,
                                  const std::vector<std::string>& more = {}) {
    std::ofstream(folder_ + "/hnv.yaml") << config;
    std::vector<std::string> arguments{"status", "--config.file=" + folder_ + "/hnv.yaml",
                                       "--watchdog.status-file=" + folder_ + "/watchdog.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  // A bond that is configured, and that no machine has.
  static constexpr const char* kMissing = "hnvtest-missing";
  std::vector<std::string> status_of_missing(std::vector<std::string> more = {}) {
    more.insert(more.begin(), kMissing);
    return status("bonds: [{name: hnvtest-missing, sriov: {bus: pci}}]", more);
  }

  std::string folder_;
};

TEST_F(CtlProgram, SaysByItsExitCodeThatABondNeedsCare) {
  Program program(status_of_missing());
  EXPECT_NE(program.read_all().find("hnvtest-missing  MISSING  "), std::string::npos)
      << program.read_all();
  EXPECT_EQ(program.wait(), 3);
}

TEST_F(CtlProgram, RefusesABondThatNobodyKnows) {
  Program program(status("", {"hnvtest-nobody"}));
  EXPECT_EQ(program.read_all().rfind("hnvctl: no bond 'hnvtest-nobody'; there are", 0), 0U)
      << program.read_all();
  EXPECT_EQ(program.wait(), 2);
}

TEST_F(CtlProgram, RefusesAWrongConfigurationAndSaysWhere) {
  Program program(status("mode: enforce\nhold-down: 10s\n"));
  EXPECT_NE(program.read_all().find("hnv.yaml:2:1: unknown key 'hold-down'"), std::string::npos)
      << program.read_all();
  EXPECT_EQ(program.wait(), 78);
}

TEST_F(CtlProgram, RefusesAConfigurationThatWasNamedAndIsNotThere) {
  Program program({"status", "--config.file=" + folder_ + "/none.yaml"});
  EXPECT_NE(program.read_all().find("none.yaml: ENOENT"), std::string::npos);
  EXPECT_EQ(program.wait(), 78);
}

TEST_F(CtlProgram, PrintsJson) {
  Program program(status_of_missing({"--json"}));
  const auto json = nlohmann::json::parse(program.read_all());
  EXPECT_EQ(json.at("bonds").at(0).at("name"), kMissing);
  EXPECT_EQ(program.wait(), json.at("exit_code").get<int>());
}

TEST_F(CtlProgram, HasNoControlCodesInAPipe) {
  Program program(status_of_missing());
  EXPECT_EQ(program.read_all().find('\x1b'), std::string::npos);
}

TEST_F(CtlProgram, ColoursATerminal) {
  Program program(status_of_missing(), Program::Output::terminal);
  EXPECT_NE(program.read_all().find("\x1b[1;31mMISSING\x1b[0m"), std::string::npos)
      << program.read_all();
}

TEST_F(CtlProgram, WatchesInAPipeUntilASignal) {
  Program program(status_of_missing({"--watch=0.1", "--json"}));
  program.expect("}\n{");
  program.send(SIGTERM);
  std::istringstream lines(program.read_all());
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_EQ(nlohmann::json::parse(line).at("schema"), 1);
  EXPECT_EQ(program.wait(), 3);
}

TEST_F(CtlProgram, RepeatsTheTextInAPipe) {
  Program program(status_of_missing({"--watch=0.1"}));
  program.expect("MISSING");
  program.expect("MISSING");
  program.send(SIGINT);
  EXPECT_EQ(program.read_all().find('\x1b'), std::string::npos);
  EXPECT_EQ(program.wait(), 3);
}

TEST_F(CtlProgram, RedrawsOnATerminalUntilControlC) {
  Program program(status_of_missing({"--watch=0.1"}), Program::Output::terminal);
  program.expect("\x1b[H");
  program.expect("Ctrl-C ends");
  program.expect("\x1b[J\x1b[H");
  program.type('\x03');
  EXPECT_EQ(program.read_all().find("\x1b[2J"), std::string::npos) << "clears, and so flickers";
  EXPECT_EQ(program.wait(), 3);
}

TEST_F(CtlProgram, GoesOnWhenTheConfigurationBecomesWrong) {
  Program program(status_of_missing({"--watch=0.1"}));
  program.expect("MISSING");
  status("nothing: 1\n");
  program.expect("unknown key 'nothing'");
  status_of_missing();
  program.expect("MISSING");
  program.send(SIGHUP);
  program.read_all();
  EXPECT_EQ(program.wait(), 3);
}

// A journal as the watchdog writes it, of this boot.
class CtlEvents : public CtlProgram {
 protected:
  void SetUp() override {
    CtlProgram::SetUp();
    std::ifstream boot("/proc/sys/kernel/random/boot_id");
    std::getline(boot, boot_id_);
    file_ = folder_ + "/events.jsonl";
  }
  void begin() const {
    std::ofstream(file_ + ".new") << "{\"schema\":1,\"boot_id\":\"" << boot_id_ << "\"}\n";
  }
  void add(int sequence, const std::string& bond, const std::string& file) const {
    std::ofstream(file, std::ios::app)
        << "{\"sequence\":" << sequence
        << ",\"unix_seconds\":5.5,\"boot_ns\":7,\"level\":\"info\",\"event\":\"bond_gone\","
        << "\"fields\":{\"bond\":\"" << bond << "\"}}\n";
  }
  void put_in_place() const { std::filesystem::rename(file_ + ".new", file_); }
  [[nodiscard]] std::vector<std::string> events(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"events",
                                       "--watchdog.status-file=" + folder_ + "/watchdog.json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  std::string boot_id_;
  std::string file_;
};

TEST_F(CtlEvents, SayThatThereAreNone) {
  Program program(events({}));
  EXPECT_EQ(program.read_all(),
            "hnvctl: read events " + file_ +
                ": ENOENT: No such file or directory\n"
                "hnvctl: no watchdog runs; try: systemctl status hnv-watchdog\n");
  EXPECT_EQ(program.wait(), 1);
}

TEST_F(CtlEvents, AreShownAndFiltered) {
  begin();
  for (const int number : {1, 2, 5}) {
    add(number, number == 1 ? "bond1" : "bond2", file_ + ".new");
  }
  put_in_place();
  Program all(events({}));
  all.expect("bond1  the bond has gone\n");
  all.expect("bond2  the bond has gone\n--- 2 events are missing ---\n");
  all.expect(
      "bond2  the bond has gone\nhnvctl: no watchdog runs; these events are of one that has");
  EXPECT_EQ(all.read_all().find('\x1b'), std::string::npos);
  EXPECT_EQ(all.wait(), 0);
  Program one(events({"bond1", "--json"}));
  const std::string text = one.read_all();
  EXPECT_EQ(text.find("bond2"), std::string::npos) << text;
  EXPECT_EQ(nlohmann::json::parse(text.substr(0, text.find('\n'))).at("sequence"), 1);
  Program last(events({"--last=1", "--json"}));
  EXPECT_EQ(last.read_all().rfind("{\"sequence\":5,", 0), 0U) << last.read_all();
}

TEST_F(CtlEvents, AreFollowedOverAReplacementUntilASignal) {
  begin();
  add(1, "bond1", file_ + ".new");
  put_in_place();
  Program program(events({"--follow"}));
  program.expect("bond1  the bond has gone\n");
  add(2, "bond2", file_);
  program.expect("bond2  the bond has gone\n");
  begin();
  for (const int number : {2, 3}) {
    add(number, "bond" + std::to_string(number), file_ + ".new");
  }
  put_in_place();
  program.expect("bond3  the bond has gone\n");
  // A watchdog that begins anew.
  begin();
  add(1, "bond4", file_ + ".new");
  put_in_place();
  program.expect("bond4  the bond has gone\n");
  program.send(SIGINT);
  const std::string text = program.read_all();
  EXPECT_EQ(text.find("bond2"), text.rfind("bond2")) << "each once:\n" << text;
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(CtlProgram, PersistRefusesABondThatNobodyKnows) {
  Program program({"persist", "--dry-run", "hnvtest-nobody"});
  EXPECT_EQ(program.read_all().rfind("hnvctl: no bond 'hnvtest-nobody'; there are", 0), 0U)
      << program.read_all();
  EXPECT_EQ(program.wait(), 2);
}

TEST_F(CtlProgram, PersistCannotStoreWhatIsNotThere) {
  std::ofstream(folder_ + "/hnv.yaml") << "bonds: [{name: hnvtest-missing, sriov: {bus: pci}}]";
  Program program({"persist", "--dry-run", kMissing, "--config.file=" + folder_ + "/hnv.yaml"});
  EXPECT_EQ(program.read_all(), "hnvctl: bond hnvtest-missing does not exist now\n");
  EXPECT_EQ(program.wait(), 1);
}

// As another user, where this one is root.
std::string output_as_nobody(const std::vector<std::string>& arguments, int code) {
  constexpr uid_t kNobody = 65534;
  const bool is_root = ::geteuid() == 0;
  // The checkout may be a place that nobody else may enter.
  const hnv::test::TemporaryFolder folder;
  using std::filesystem::perms;
  const auto everybody =
      perms::group_read | perms::group_exec | perms::others_read | perms::others_exec;
  const std::filesystem::path hnvctl = folder.path() / "hnvctl";
  std::filesystem::copy_file(HNV_CTL_PROGRAM, hnvctl);
  for (const auto& path : {folder.path(), hnvctl}) {
    std::filesystem::permissions(path, everybody, std::filesystem::perm_options::add);
  }
  if (is_root) {
    EXPECT_EQ(::setresuid(kNobody, kNobody, 0), 0);
  }
  Program program(arguments, Program::Output::pipe, hnvctl);
  if (is_root) {
    EXPECT_EQ(::setresuid(0, 0, 0), 0);
  }
  const std::string output = program.read_all();
  EXPECT_EQ(program.wait(), code);
  return output;
}

TEST_F(CtlProgram, PersistSaysThatItNeedsRoot) {
  const std::string output = output_as_nobody({"persist"}, 1);
  EXPECT_EQ(output.rfind("hnvctl: storing the primary needs root: sudo hnvctl", 0), 0U) << output;
}

TEST_F(CtlProgram, PauseSaysThatItNeedsRoot) {
  const std::string output = output_as_nobody({"pause", "--path.pause=/hnv-pause-test"}, 1);
  EXPECT_NE(output.find("only root may do this: sudo hnvctl pause"), std::string::npos) << output;
}

class CtlPause : public CtlProgram {
 protected:
  std::pair<std::string, int> run(std::vector<std::string> arguments) {
    arguments.push_back("--path.pause=" + pauses());
    if (arguments[0] == "pause") {
      std::ofstream(folder_ + "/hnv.yaml") << "bonds: [{name: hnvtest-missing}]";
      arguments.push_back("--config.file=" + folder_ + "/hnv.yaml");
      arguments.push_back("--watchdog.status-file=" + folder_ + "/watchdog.json");
    }
    Program program(arguments);
    const std::string output = program.read_all();
    return {output, program.wait()};
  }
  [[nodiscard]] std::string pauses() const { return folder_ + "/pause"; }
  [[nodiscard]] std::vector<hnv::OperatorPause> left() const {
    return hnv::read_pauses(pauses(), hnv::read_boot_id("/proc"), hnv::base::BootClock::now());
  }
};

TEST_F(CtlPause, IsWhatTheWatchdogReadsUntilItIsTakenBack) {
  const auto [output, code] = run({"pause", "--for=2h", "--reason=work on the switch"});
  EXPECT_EQ(code, 0);
  EXPECT_EQ(output.rfind("all bonds paused until ", 0), 0U) << output;
  EXPECT_NE(output.find("no watchdog runs now"), std::string::npos) << output;
  ASSERT_EQ(left().size(), 1U);
  const hnv::OperatorPause pause = left()[0];
  EXPECT_EQ(pause.bond, "all");
  EXPECT_EQ(pause.reason, "work on the switch");
  EXPECT_EQ(pause.problem, "");
  EXPECT_NE(pause.by, "");
  EXPECT_EQ(*pause.until - *pause.since, std::chrono::hours(2));
  EXPECT_EQ(run({"resume"}).second, 0);
  EXPECT_TRUE(left().empty());
}

TEST_F(CtlPause, OfOneBondLeavesTheOthersAlone) {
  EXPECT_EQ(run({"pause", "--bond=hnvtest-missing"}).second, 0);
  ASSERT_EQ(left().size(), 1U);
  EXPECT_EQ(left()[0].bond, "hnvtest-missing");
  EXPECT_FALSE(left()[0].until);
  EXPECT_EQ(run({"resume", "--bond=hnvtest-other"}).second, 0);
  EXPECT_EQ(left().size(), 1U);
  EXPECT_EQ(run({"resume", "--bond=hnvtest-missing"}).second, 0);
  EXPECT_TRUE(left().empty());
}

TEST_F(CtlPause, OfAllStillHoldsTheOneThatIsResumed) {
  run({"pause"});
  const auto [output, code] = run({"resume", "--bond=hnvtest-missing"});
  EXPECT_EQ(code, 1);
  EXPECT_NE(output.find("a pause of all bonds still holds"), std::string::npos) << output;
}

// A pause of nothing would be noticed too late.
TEST_F(CtlPause, RefusesABondThatNobodyKnows) {
  const auto [output, code] = run({"pause", "--bond=hnvtest-nobody"});
  EXPECT_EQ(code, 2);
  EXPECT_NE(output.find("no bond 'hnvtest-nobody'"), std::string::npos) << output;
  EXPECT_TRUE(left().empty());
}

TEST_F(CtlPause, DoesNotFollowALinkOfSomebodyElse) {
  std::filesystem::create_directory(folder_ + "/elsewhere");
  std::filesystem::create_symlink(folder_ + "/elsewhere", pauses());
  EXPECT_EQ(run({"pause"}).second, 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ + "/elsewhere"));
}

class CtlViews : public CtlProgram {
 protected:
  std::vector<std::string> of_missing(std::vector<std::string> arguments) {
    for (const std::string& file : status_of_missing()) {
      if (file.rfind("--", 0) == 0) arguments.push_back(file);
    }
    return arguments;
  }
  // What a command prints, and its exit status in the shell's words.
  static std::string shell(const std::string& command) {
    std::string output;
    FILE* pipe = ::popen(command.c_str(), "r");  // NOLINT(cert-env33-c)
    std::array<char, 4096> piece{};
    for (std::size_t count = 0; (count = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;) {
      output.append(piece.data(), count);
    }
    ::pclose(pipe);
    return output;
  }
};

TEST_F(CtlViews, CheckHasThePluginsExitCodes) {
  Program program(of_missing({"check"}));
  const std::string& output = program.read_all();
  EXPECT_EQ(output.rfind("HNV CRITICAL - hnvtest-missing: ", 0), 0U) << output;
  EXPECT_EQ(program.wait(), 2);
  Program nobody(of_missing({"check", "--bond=hnvtest-nobody"}));
  EXPECT_EQ(nobody.read_all().rfind("HNV UNKNOWN - no bond 'hnvtest-nobody'", 0), 0U);
  EXPECT_EQ(nobody.wait(), 3);
  Program wrong({"check", "--warning=soon"});
  wrong.read_all();
  EXPECT_EQ(wrong.wait(), 3) << "2 would be an alert";
}

TEST_F(CtlViews, ExplainStateExplainsABondThatIsMissing) {
  Program program(of_missing({"explain-state", "hnvtest-missing"}));
  EXPECT_NE(program.read_all().find("hnvtest-missing  MISSING  "), std::string::npos);
  EXPECT_EQ(program.wait(), 0);
}

TEST_F(CtlViews, WatchNeedsATerminal) {
  Program program(of_missing({"watch"}));
  EXPECT_NE(program.read_all().find("needs a terminal"), std::string::npos);
  EXPECT_EQ(program.wait(), 1);
}

TEST_F(CtlViews, WatchGivesTheTerminalBackAtQAndAtSignals) {
  for (const char how : {'q', '\x03', 't'}) {
    Program program(of_missing({"watch", "--interval=100ms"}), Program::Output::terminal);
    program.expect("\x1b[?1049h\x1b[?25l");
    program.expect("hnvtest-missing");
    EXPECT_FALSE(program.has_cooked_terminal());
    if (how == 't') {
      program.send(SIGTERM);
    } else {
      program.type(how);
    }
    program.expect("\x1b[?25h\x1b[?1049l");
    program.read_all();
    EXPECT_TRUE(program.has_cooked_terminal()) << static_cast<int>(how);
    EXPECT_EQ(program.wait(), 0) << static_cast<int>(how);
  }
}

// In a real terminal of 80x24, as somebody on a console sees it: shown, resized, stopped, gone on
// with, and left; the shell then has its own screen back.
TEST_F(CtlViews, WatchLivesInATerminal) {
  const std::string tmux = "tmux -L hnv-" + std::to_string(::getpid()) + " ";
  if (shell("command -v tmux").empty()) FAIL() << "tmux is missing: scripts/bootstrap test";
  std::string watch = HNV_CTL_PROGRAM;
  for (const std::string& argument : of_missing({"watch", "--interval=100ms"})) {
    watch += " " + argument;
  }
  shell(tmux + "-f /dev/null new-session -d -x 80 -y 24 'PS1=prompt\\> bash --norc -i' 2>&1");
  const auto type = [&tmux](const std::string& keys) { shell(tmux + "send-keys " + keys); };
  const auto screen = [&tmux] { return shell(tmux + "capture-pane -p"); };
  // Waits for what comes, and not for a time.
  const auto shows = [&screen](const std::string& text) {
    constexpr int kMostLooks = 500;
    for (int look = 0; look < kMostLooks; ++look) {
      if (screen().find(text) != std::string::npos) return true;
      ::usleep(20'000);
    }
    return false;
  };
  EXPECT_TRUE(shows("prompt>"));
  type("'" + watch + "' Enter");
  EXPECT_TRUE(shows("hnvtest-missing MISSING")) << screen();
  std::istringstream lines(screen());
  for (std::string line; std::getline(lines, line);) EXPECT_LT(line.size(), 80U) << line;
  shell(tmux + "resize-window -x 60 -y 12");
  EXPECT_TRUE(shows("hnvtest-missing MISSING")) << screen();
  type("C-z");
  EXPECT_TRUE(shows("Stopped")) << screen();
  type("fg Enter");
  EXPECT_TRUE(shows("hnvtest-missing MISSING")) << screen();
  type("q");
  EXPECT_TRUE(shows("prompt>")) << screen();
  EXPECT_EQ(screen().find("BOND"), std::string::npos) << "it left its picture behind\n" << screen();
  shell(tmux + "kill-server");
}

}  // namespace
