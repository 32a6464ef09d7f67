// SPDX-License-Identifier: Apache-2.0
// The real site on a partition that is made up: page_server [SCENE [PORT]]. Prints "port N", then
// shows the scene that each line of its input names (tests/unit/exporter/page_scenes.hpp), and says
// "shown NAME"; ends with its input.
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <string>

#include "exporter/site.hpp"
#include "exporter/web_server.hpp"
#include "tests/unit/exporter/page_scenes.hpp"

namespace {

using namespace hnv;
using namespace hnv::exporter;

class Stage {
 public:
  Snapshot take() {
    const std::lock_guard lock(mutex_);
    return test::scene(name_, rehearsing_ ? rehearsed_ : base::BootClock::now() - begun_);
  }
  void show(const std::string& name) {
    static_cast<void>(test::scene(name, {}));  // throws for one that there is not
    const std::lock_guard lock(mutex_);
    name_ = name;
  }
  // Lets the last quarter of an hour pass, so that there is a history.
  void rehearse(Site& site) {
    constexpr std::chrono::minutes kPast(16);
    for (rehearsed_ = -kPast; rehearsed_.count() < 0; rehearsed_ += ThroughputHistory::kStep) {
      site.warm_up();
    }
    const std::lock_guard lock(mutex_);
    rehearsing_ = false;
    begun_ = base::BootClock::now();
  }

 private:
  std::mutex mutex_;
  std::string name_;
  bool rehearsing_ = true;
  base::BootClock::duration rehearsed_{};
  base::BootTime begun_;
};

int run(const std::string& scene, std::uint16_t port) {
  Stage stage;
  stage.show(scene);
  Site site(
      {"lpar1", "/metrics"}, [&stage] { return stage.take(); },
      {[](const Snapshot&) {}, [](const std::string& problem) { std::cerr << problem << '\n'; }});
  stage.rehearse(site);
  site.go_live();
  WebServerOptions options;
  options.listen = {{"127.0.0.1", port}};
  const auto server = WebServer::start(
      options, [&site](const HttpRequest& request) { return site.respond(request); });
  if (!server) {
    std::cerr << server.error().to_string() << '\n';
    return EXIT_FAILURE;
  }
  std::cout << "port " << server->addresses().front().port << std::endl;
  for (std::string name; std::getline(std::cin, name);) {
    stage.show(name);
    std::cout << "shown " << name << std::endl;
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc > 1 ? argv[1] : "failover",
               argc > 2 ? static_cast<std::uint16_t>(std::stoi(argv[2])) : std::uint16_t{0});
  } catch (const std::exception& problem) {
    std::cerr << "page_server: " << problem.what() << '\n';
    return EXIT_FAILURE;
  }
}
