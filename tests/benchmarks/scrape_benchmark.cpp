// SPDX-License-Identifier: Apache-2.0
// A scrape beside its floor, in one run: what no exporter can do without (the kernel's counters by
// RTM_GETSTATS, numbers behind labels that are ready, gzip, bytes into a socket), and ours from the
// counters to the socket, whole and in parts, and the dump that is needed where the kernel has said
// something. On real links (veth) in a network namespace of its own, three of them for each bond;
// the bonds are made up, since not every kernel has the driver. The watchdog's file has no part in
// it.
#include <benchmark/benchmark.h>
#include <isa-l/igzip_lib.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <thread>

#include "bond/link_dump.hpp"
#include "exporter/gzip.hpp"
#include "exporter/metrics.hpp"
#include "tests/unit/exporter/sample_snapshot.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;

constexpr std::size_t kLinksOfABond = 3;

void require(bool fact, const char* what) {
  if (!fact) throw std::runtime_error(what);
}

// Makes veth links until there are `count`.
void make_links(std::size_t count) {
  static std::size_t made = 0;
  if (made == 0) require(::unshare(CLONE_NEWNET) == 0, "a network namespace needs root");
  FILE* ip = ::popen("ip -batch -", "w");  // NOLINT(cert-env33-c)
  for (; made < count; made += 2) {
    std::fprintf(ip, "link add va%zu type veth peer name vb%zu\n", made, made);
  }
  require(::pclose(ip) == 0, "ip could not make the links");
}

Snapshot snapshot_of(std::size_t bonds) {
  Snapshot snapshot = exporter::test::healthy_snapshot();
  const BondReport bond = snapshot.bonds.front();
  snapshot.bonds.assign(bonds, bond);
  for (std::size_t number = 0; number < bonds; ++number) {
    const std::string name = std::to_string(10'000'000 + number);
    snapshot.bonds[number].link.name = "bond" + name;
    for (SlaveReport& slave : snapshot.bonds[number].slaves) slave.link.name = "env" + name;
  }
  snapshot.watchdog.status.reset();
  return snapshot;
}

// A socket whose other end takes everything.
class Drain {
 public:
  Drain() {
    require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_) == 0, "socketpair");
    reader_ = std::thread([this] {
      std::vector<char> piece(std::size_t{256} * 1024);
      while (::recv(ends_[1], piece.data(), piece.size(), 0) > 0) continue;
    });
  }
  Drain(const Drain&) = delete;
  Drain& operator=(const Drain&) = delete;
  Drain(Drain&&) = delete;
  Drain& operator=(Drain&&) = delete;
  ~Drain() {
    ::shutdown(ends_[0], SHUT_RDWR);
    reader_.join();
    for (const int end : ends_) ::close(end);
  }
  void write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(ends_[0], bytes.data(), bytes.size(), MSG_NOSIGNAL);
      require(count > 0, "send");
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }

 private:
  int ends_[2]{};
  std::thread reader_;
};

// RTM_GETSTATS of all links; how many there were.
std::size_t read_counters(int socket, std::vector<char>& buffer) {
  struct {
    nlmsghdr header;
    if_stats_msg stats;
  } request{};
  request.header = {sizeof request, RTM_GETSTATS, NLM_F_REQUEST | NLM_F_DUMP, 1, 0};
  request.stats.filter_mask = IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_64);
  require(::send(socket, &request, sizeof request, 0) == sizeof request, "RTM_GETSTATS");
  std::size_t links = 0;
  while (true) {
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
    require(count > 0, "recv");
    auto left = static_cast<unsigned>(count);
    for (auto* message = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE) return links;
      ++links;
    }
  }
}

// The samples of a body, without their values.
std::vector<std::string> labels_of(const std::string& body) {
  std::vector<std::string> labels;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = body.find('\n', begin);
    const std::string_view line(body.data() + begin, end - begin);
    if (!line.starts_with('#')) labels.emplace_back(line.substr(0, line.rfind(' ') + 1));
    begin = end + 1;
  }
  return labels;
}

// The library on a text that lies there as a whole, in one call.
std::string gzip(std::string_view content) {
  static std::vector<std::uint8_t> level_buffer(ISAL_DEF_LVL1_DEFAULT);
  static isal_zstream stream;
  isal_deflate_init(&stream);
  stream.level = 1;
  stream.level_buf = level_buffer.data();
  stream.level_buf_size = static_cast<std::uint32_t>(level_buffer.size());
  stream.gzip_flag = IGZIP_GZIP;
  stream.end_of_stream = 1;
  stream.next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(content.data()));  // NOLINT
  stream.avail_in = static_cast<std::uint32_t>(content.size());
  std::string packed(content.size() / 8 + 4096, '\0');
  stream.next_out = reinterpret_cast<std::uint8_t*>(packed.data());
  stream.avail_out = static_cast<std::uint32_t>(packed.size());
  require(isal_deflate(&stream) == COMP_OK && stream.internal_state.state == ZSTATE_END, "gzip");
  packed.resize(stream.total_out);
  return packed;
}

std::string formatted(const std::vector<std::string>& labels, std::size_t size) {
  std::string out;
  out.reserve(size);
  std::uint64_t value = 1'000'000;
  char digits[24];
  for (const std::string& label : labels) {
    out.append(label);
    const auto end = std::to_chars(digits, digits + sizeof digits, value += 7).ptr;
    *end = '\n';
    out.append(digits, static_cast<std::size_t>(end - digits) + 1);
  }
  return out;
}

struct Scene {
  explicit Scene(const benchmark::State& state)
      : snapshot(snapshot_of(static_cast<std::size_t>(state.range(0)))),
        body(exporter::test::metrics_body(snapshot, ExpositionFormat::openmetrics)),
        labels(labels_of(body)) {
    make_links(kLinksOfABond * snapshot.bonds.size());
  }
  void tell(benchmark::State& state) const {
    state.counters["series"] = static_cast<double>(labels.size());
  }
  Snapshot snapshot;
  std::string body;
  std::vector<std::string> labels;
};

void floor_of_a_scrape(benchmark::State& state) {
  const Scene scene(state);
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  std::vector<char> buffer(std::size_t{64} * 1024);
  const Drain drain;
  for (auto _ : state) {
    require(read_counters(socket, buffer) >= scene.snapshot.bonds.size(), "links are missing");
    drain.write(gzip(formatted(scene.labels, scene.body.size())));
  }
  ::close(socket);
  scene.tell(state);
}

// The loopback device and those of make_links(), as the kernel numbers them in a new namespace.
std::vector<bond::Link> links_of(const Scene& scene) {
  std::vector<bond::Link> links(kLinksOfABond * scene.snapshot.bonds.size());
  std::uint32_t index = 0;
  for (bond::Link& link : links) link.index.value = ++index;
  return links;
}

// What bond::LinkCache::read() does while nothing is said.
std::vector<bond::Link> counted(bond::NetlinkSocket& socket, std::vector<bond::Link>& links) {
  require(bond::read_stats(socket, links).has_value(), "read_stats");
  return links;
}

void scrape(benchmark::State& state) {
  const Scene scene(state);
  auto socket = bond::NetlinkSocket::open({});
  auto links = links_of(scene);
  const Drain drain;
  for (auto _ : state) {
    benchmark::DoNotOptimize(counted(*socket, links));
    GzipSink body;
    write_metrics(scene.snapshot, ExpositionFormat::openmetrics, {}, body);
    drain.write(std::move(body).packed());
  }
  scene.tell(state);
}

void our_counters_alone(benchmark::State& state) {
  const Scene scene(state);
  auto socket = bond::NetlinkSocket::open({});
  auto links = links_of(scene);
  for (auto _ : state) benchmark::DoNotOptimize(counted(*socket, links));
}

void counters_alone(benchmark::State& state) {
  const Scene scene(state);
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  std::vector<char> buffer(std::size_t{64} * 1024);
  for (auto _ : state) benchmark::DoNotOptimize(read_counters(socket, buffer));
  ::close(socket);
}

void dump_alone(benchmark::State& state) {
  const Scene scene(state);
  auto socket = bond::NetlinkSocket::open({});
  for (auto _ : state) benchmark::DoNotOptimize(bond::read_bonds(*socket));
}

void writer_alone(benchmark::State& state) {
  const Scene scene(state);
  for (auto _ : state) {
    StringSink body;
    write_metrics(scene.snapshot, ExpositionFormat::openmetrics, {}, body);
    benchmark::DoNotOptimize(body);
  }
}

void gzip_alone(benchmark::State& state) {
  const Scene scene(state);
  for (auto _ : state) benchmark::DoNotOptimize(gzip(scene.body));
}

constexpr std::int64_t kThousandSeries = 19;
constexpr std::int64_t kHundredThousandSeries = 1'900;

void sizes(benchmark::internal::Benchmark* one) {
  one->Arg(kThousandSeries)->Arg(kHundredThousandSeries)->Unit(benchmark::kMicrosecond);
}
BENCHMARK(floor_of_a_scrape)->Apply(sizes);
BENCHMARK(scrape)->Apply(sizes);
BENCHMARK(counters_alone)->Apply(sizes);
BENCHMARK(our_counters_alone)->Apply(sizes);
BENCHMARK(dump_alone)->Apply(sizes);
BENCHMARK(writer_alone)->Apply(sizes);
BENCHMARK(gzip_alone)->Apply(sizes);

}  // namespace

BENCHMARK_MAIN();
