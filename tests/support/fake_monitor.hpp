// SPDX-License-Identifier: Apache-2.0
// bond::LinkMonitor with a FakeKernel at the other end of its socket: the same rules about what is
// read again and when a bond is fresh, without bytes.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "bond/link_monitor.hpp"
#include "tests/support/fake_kernel.hpp"

namespace hnv::test {

class FakeMonitor {
 public:
  // Subscribes and asks for the first dump, which the first drain() reads.
  explicit FakeMonitor(FakeKernel& kernel);

  std::vector<bond::LinkNews> drain();
  // The receive buffer overflows: what the kernel tells between the last drain() and the next is
  // lost.
  void lose_unread();
  // As if the kernel had not told what it told since the last drain().
  void miss_unread() { kernel_.take_messages(); }
  // Time for an audit; the next drain() reads it.
  void audit();

  void refresh(IfIndex bond);
  [[nodiscard]] bool fresh(IfIndex bond) const;
  [[nodiscard]] std::uint64_t refreshes(IfIndex bond) const;
  [[nodiscard]] bool synchronised() const { return synchronised_; }
  // An answer is waiting to be read.
  [[nodiscard]] bool has_answer() const { return !inbox_.empty(); }
  [[nodiscard]] const bond::Topology& topology() const { return topology_; }
  [[nodiscard]] std::uint64_t overruns() const { return overruns_; }
  [[nodiscard]] std::uint64_t audit_mismatches() const { return audit_mismatches_; }

 private:
  struct Item {
    bond::LinkEvent event;
    bool of_dump = false;
    bool ends_dump = false;
  };

  void pull();
  void handle(const Item& item, std::vector<bond::LinkNews>& news);
  [[nodiscard]] bool is_mismatch(const bond::Link& link) const;
  [[nodiscard]] bond::LinkNews news_of(bond::Change change, IfIndex link, bool of_dump,
                                       bool mismatch);
  void end_dump(std::vector<bond::LinkNews>& news);
  void start_dump(std::optional<IfIndex> master);
  void start_next_dump();
  void queue_refresh(IfIndex bond);

  FakeKernel& kernel_;
  bond::Topology topology_;
  std::deque<Item> inbox_;  // events and parts of dumps, in the order of the kernel
  bool overrun_ = false;
  std::uint64_t overruns_ = 0;
  std::uint64_t audit_mismatches_ = 0;
  bool synchronised_ = false;
  std::set<IfIndex> doubted_;
  bool dumping_ = false;
  bool auditing_ = false;
  std::optional<IfIndex> dump_master_;
  std::deque<IfIndex> refresh_queue_;
  std::map<IfIndex, std::uint64_t> refreshes_;
};

}  // namespace hnv::test
